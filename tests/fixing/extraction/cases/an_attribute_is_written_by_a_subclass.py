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
    def grow(self, x):
        self.heads += 1

    def forward(self, x):
        h = self.norm(x)
        h = h.view(x.shape[0], self.dim)
        return x + self.down(h)


class Second(First):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
    def grow(self, x):
        self.heads += 1

    def forward(self, x):
        h = self.norm(x)
        h = h.view(x.shape[0], self.heads)
        return x + self.down(h)
