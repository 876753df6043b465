# classes: First Second
# expect: S1
from torch import nn

try:
    from kernels import fast, slow
except ImportError:
    fast = slow = None


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return fast(h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return slow(h)
