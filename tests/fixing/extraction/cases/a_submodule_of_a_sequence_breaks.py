# classes: First Second
# expect: FX-GRAPH
from torch import nn


class Probe(nn.Module):
    def forward(self, x):
        x = x * x.sum().item()
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
        self.blocks = nn.Sequential(nn.ReLU(), Deep())
        self.down = nn.Linear(dim, dim)


class First(Base):
    def forward(self, x):
        x = self.blocks(self.norm(x), self.down(x), self.down(self.norm(x)), self.norm(self.down(x)), x, x, x)  # <- FX-GRAPH
        return self.first(x)


class Second(Base):
    def forward(self, x):
        x = self.blocks(self.norm(x), self.down(x), self.down(self.norm(x)), self.norm(self.down(x)), x, x, x)
        return self.second(x, x)
