# classes: First Second
# expect: S1
from torch import nn


def _first_part(module, x):
    """Part of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        if self.mode == "a":
            h = self.first(x)
        elif self.mode == "b":
            h = _first_part(self, x)
        else:
            h = x
        return h


class Second(nn.Module):
    def forward(self, x):
        if self.mode == "a":
            h = self.second(x)
        elif self.mode == "b":
            h = _first_part(self, x)
        else:
            h = x
        return h
