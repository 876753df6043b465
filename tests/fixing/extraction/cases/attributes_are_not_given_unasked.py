# classes: First Second
# expect: FX-ATTR-KEY
from torch import nn


class First(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        h = self.norm(x)
        h = h.view(x.shape[0], self.dim)  # <- FX-ATTR-KEY
        return x + self.down(h)


class Second(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        h = self.norm(x)
        h = h.view(x.shape[0], self.heads)
        return x + self.down(h)
