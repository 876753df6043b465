# classes: First Second
# expect: S0
from torch import nn


def _first_forward(module, x, mask, scale):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h) * mask
    return x + module.down(h) * scale


class First(nn.Module):
    def forward(self, x, *, mask, scale=1.0):
        return _first_forward(self, x, mask, scale)


class Second(nn.Module):
    def forward(self, x, *, mask, scale=2.0):
        return _first_forward(self, x, mask, scale)
