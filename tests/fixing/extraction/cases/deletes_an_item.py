# classes: First Second
# expect: S1
# Only names of the forward are lost with ``del``.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        self.cache[0] = h
        del self.cache[1]
        h = self.up(self.act(h))
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        self.cache[0] = h
        del self.cache[1]
        h = self.up(self.act(h))
        return self.second(h, x)
