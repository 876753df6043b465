# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    parts = tuple(module.up(part, h) for part in module.split(h))
    h = module.act(parts)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.second(h, x)
