# classes: First Second
# expect: S2
# What breaks the graph is at the edge of two helpers.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        print(h)
        y = self.norm(h)
        y = self.up(y)
        y = self.act(y)
        y = self.down(y)
        return self.first(y)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        print(h)
        y = self.norm(h)
        y = self.up(y)
        y = self.act(y)
        y = self.down(y)
        return self.second(y, x)
