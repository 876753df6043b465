# classes: First Second
# expect: S1
from torch import nn


def _first_qkv(module, x):
    """Start of the forward of First and Second."""
    q = module.query(module.norm(x))
    k = module.key(module.norm(x))
    v = module.value(module.norm(x))
    return q, k, v


class First(nn.Module):
    def forward(self, x):
        q, k, v = _first_qkv(self, x)
        return self.attend(q, k, v)


class Second(nn.Module):
    def forward(self, x):
        q, k, v = _first_qkv(self, x)
        return q, k, v
