# classes: First Second
# expect: S3
from torch import nn


def _first_forward(module, x, p):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h, "ü", p=p)  # Größe
    h = module.act(h)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, p=1)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, p=2)
