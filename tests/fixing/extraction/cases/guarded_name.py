# classes: First Second
# expect: FX-GUARDED
from torch import nn

try:
    from kernels import fast
except ImportError:
    fast = None


class First(nn.Module):
    def forward(self, x):
        x = fast(self.norm(self.up(self.act(x))), self.down(x), self.width, self.depth, x)  # <- FX-GUARDED
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        x = fast(self.norm(self.up(self.act(x))), self.down(x), self.width, self.depth, x)
        return self.second(x, x)
