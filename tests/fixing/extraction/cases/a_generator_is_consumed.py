# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        parts = tuple(self.up(part, h) for part in self.split(h))
        h = self.act(parts)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        parts = tuple(self.up(part, h) for part in self.split(h))
        h = self.act(parts)
        h = self.down(h)
        return self.second(h, x)
