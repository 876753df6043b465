# classes: First Second
# expect: S4
# options: with-attributes
from torch import nn


def _first_forward(module, x, dim):
    """Forward of First and Second."""
    h = module.norm(x)
    h = h.view(x.shape[0], dim)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


class First(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        return _first_forward(self, x, dim=self.dim)


class Second(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.dim = dim
        self.heads = heads
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        return _first_forward(self, x, dim=self.heads)
