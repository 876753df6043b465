# classes: First Second
# expect: S0
# options: helper-name=_residual
from torch import nn


def _residual(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x):
        return _residual(self, x)


class Second(nn.Module):
    def forward(self, x):
        return _residual(self, x)
