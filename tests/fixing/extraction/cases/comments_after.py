# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        # What is this class's own.
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        # Something else.
        return self.second(h, x)
