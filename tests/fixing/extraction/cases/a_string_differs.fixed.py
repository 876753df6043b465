# classes: First Second
# expect: S3
from torch import nn


def _first_forward(module, x, mode):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.pool(h, mode=mode)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, mode='mean')


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, mode='max')
