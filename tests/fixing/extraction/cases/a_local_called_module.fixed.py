# classes: First Second
# expect: S0
# ``module`` is what a helper calls the first parameter.
from torch import nn


def _first_forward(owner, x):
    """Forward of First and Second."""
    h = owner.norm(x)
    for module in owner.layers:
        h = module(h)
    h = owner.act(h)
    return x + owner.down(h)


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)
