# classes: First Second
# expect: S2
# What breaks the graph is at the edge of two helpers.
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


def _first_part(module, h):
    """Part of the forward of First and Second."""
    y = module.norm(h)
    y = module.up(y)
    y = module.act(y)
    return module.down(y)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        print(h)
        y = _first_part(self, h)
        return self.first(y)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        print(h)
        y = _first_part(self, h)
        return self.second(y, x)
