# classes: First Second
# expect: S0
# An attribute of a base is no global, and nothing that the helper's name could hide.
from base import Base
from torch import nn


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


class First(Base):
    def forward(self, x):
        return _first_forward(self, x)


class Second(Base):
    def forward(self, x):
        return _first_forward(self, x)
