# classes: First Second
# expect: S1
# options: assume-breaks
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


class First(Base):
    def forward(self, x):
        for block in self.blocks:
            x = block(self.norm(x), self.down(x), self.down(self.norm(x)), self.norm(self.down(x)), x, x)
        x = nn.functional.relu(x)
        return self.first(x)


class Second(Base):
    def forward(self, x):
        for block in self.blocks:
            x = block(self.norm(x), self.down(x), self.down(self.norm(x)), self.norm(self.down(x)), x, x)
        x = nn.functional.relu(x)
        return self.second(x, x)
