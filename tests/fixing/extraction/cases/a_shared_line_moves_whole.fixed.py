# classes: First Second
# expect: S1
from torch import nn


def _first_part(module, h):
    """Part of the forward of First and Second."""
    if module.wide: h = module.widen(h)
    h = module.act(h)
    h = module.down(h)
    return module.norm(h)


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x); h = self.up(h)
        y = _first_part(self, h)
        return self.first(y)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x); h = self.up(h)
        y = _first_part(self, h)
        return self.second(y, x)
