# classes: First Second
# expect: S1
# The run ends the forward although it is not at its end.
from torch import nn


def _first_part(module, x):
    """Part of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        if self.training:
            return _first_part(self, x)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        if self.training:
            return _first_part(self, x)
        return self.second(x, x)
