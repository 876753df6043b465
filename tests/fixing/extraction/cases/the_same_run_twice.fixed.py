# classes: First Second
# expect: S2
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


def _first_end(module, h):
    """End of the forward of First and Second."""
    h = module.norm(h)
    h = module.up(h)
    h = module.act(h)
    h = module.down(h)
    return h


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        h = self.first(h)
        return _first_end(self, h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        h = self.second(h, x)
        return _first_end(self, h)
