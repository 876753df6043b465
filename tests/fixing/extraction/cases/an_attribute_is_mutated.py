# classes: First Second
# expect: FX-ALIAS
# options: with-attributes
from torch import nn


class First(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.sizes = dim
        self.widths = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        self.sizes.append(x)  # <- FX-ALIAS
        h = self.norm(x)
        h = h.view(x.shape[0], self.sizes)
        return x + self.down(h)


class Second(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.sizes = dim
        self.widths = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        self.sizes.append(x)
        h = self.norm(x)
        h = h.view(x.shape[0], self.widths)
        return x + self.down(h)
