# classes: First Second
# expect: S1
from torch import nn


class Probe(nn.Module):
    def forward(self, x):
        x = x * 2
        return x


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.probe = Probe()

    def forward(self, x):
        return self.probe(x)


class Base(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.blocks = nn.ModuleList([Deep() for _ in range(3)])
        self.down = nn.Linear(dim, dim)


def _first_norm_down(module, x):
    """Start of the forward of First and Second."""
    for block in module.blocks:
        x = block(module.norm(x), module.down(x), module.down(module.norm(x)), module.norm(module.down(x)), x, x)
    return x


class First(Base):
    def forward(self, x):
        x = _first_norm_down(self, x)
        return self.first(x)


class Second(Base):
    def forward(self, x):
        x = _first_norm_down(self, x)
        return self.second(x, x)
