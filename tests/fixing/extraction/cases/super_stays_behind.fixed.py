# classes: First Second
# expect: S1
# What is around a call of super moves without it.
from torch import nn


def _first_part(module, x):
    """Part of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        x = super().forward(x)
        h = _first_part(self, x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        x = super().forward(x)
        h = _first_part(self, x)
        return self.second(h, x)
