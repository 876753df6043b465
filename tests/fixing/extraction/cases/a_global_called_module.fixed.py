# classes: First Second
# expect: S0
from project import module
from torch import nn


def _first_forward(owner, x):
    """Forward of First and Second."""
    h = owner.norm(x)
    h = owner.up(h, module.scale)
    h = owner.act(h)
    return x + owner.down(h)


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)
