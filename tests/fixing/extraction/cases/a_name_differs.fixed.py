# classes: First Second
# expect: S3
from torch import nn

SMALL = 0.5
LARGE = 2.0


def _first_forward(module, x, value):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = h * value
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, value=SMALL)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, value=LARGE)
