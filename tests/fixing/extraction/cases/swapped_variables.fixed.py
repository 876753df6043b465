# classes: First Second
# expect: S1
# Names that do not correspond one to one end a run.
from torch import nn


def _first_ab(module, a, b):
    """Start of the forward of First and Second."""
    a = module.first(a, b)
    b = module.second(a, b)
    a = module.third(a, b)
    b = module.fourth(a, b)
    return a, b


class First(nn.Module):
    def forward(self, a, b):
        a, b = _first_ab(self, a, b)
        return self.last(a) + b


class Second(nn.Module):
    def forward(self, a, b):
        a, b = _first_ab(self, a, b)
        return self.last(b) + a
