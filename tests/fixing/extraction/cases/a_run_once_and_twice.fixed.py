# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        h = self.norm(h)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.second(h, x)
