# classes: First Second
# expect: S1
from torch import nn

try:
    from kernels import fast, slow
except ImportError:
    fast = slow = None


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return fast(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return slow(h)
