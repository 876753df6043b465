# classes: First Second
# expect: S1
from torch import nn


def _first_gate(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.gate(h)


class First(nn.Module):
    def forward(self, x):
        gate = _first_gate(self, x)
        return x * gate


class Second(nn.Module):
    def forward(self, x):
        gate = _first_gate(self, x)
        return x + gate
