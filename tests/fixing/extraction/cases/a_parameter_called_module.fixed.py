# classes: First Second
# expect: S0
from torch import nn


def _first_forward(owner, x, module):
    """Forward of First and Second."""
    h = owner.norm(x)
    h = owner.up(h, module)
    h = owner.act(h)
    return x + owner.down(h)


class First(nn.Module):
    def forward(self, x, module):
        return _first_forward(self, x, module)


class Second(nn.Module):
    def forward(self, x, module):
        return _first_forward(self, x, module)
