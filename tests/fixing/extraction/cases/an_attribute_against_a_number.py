# classes: First Second
# expect: S4
# options: with-attributes
from torch import nn


class First(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        h = self.norm(x)
        h = h.view(x.shape[0], self.dim)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        h = self.norm(x)
        h = h.view(x.shape[0], 8)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
