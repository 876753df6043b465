# classes: First Second
# expect: S3
from torch import nn


def _first_forward(module, x, causal):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.attend(h, causal=causal)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, causal=True)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x, causal=False)
