# classes: First Second
# expect: S0
# An attribute of a base is no global, and nothing that the helper's name could hide.
from base import Base
from torch import nn


class First(Base):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


class Second(Base):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
