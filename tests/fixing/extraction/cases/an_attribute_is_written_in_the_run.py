# classes: First Second
# expect: FX-STATE-WRITE
# options: with-attributes
from torch import nn


class First(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        self.dim = self.dim + 1  # <- FX-STATE-WRITE
        h = self.norm(x)
        h = h.view(x.shape[0], self.dim)
        return x + self.down(h)


class Second(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        self.dim = self.dim + 1
        h = self.norm(x)
        h = h.view(x.shape[0], self.heads)
        return x + self.down(h)
