# classes: First
# expect: FX-CYCLE
from torch import nn

from .ops import scaled


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(scaled(h))  # <- FX-CYCLE
        h = self.act(h)
        return x + self.down(h)
