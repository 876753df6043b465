# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x); h = self.up(h)
        if self.wide: h = self.widen(h)
        h = self.act(h)
        h = self.down(h)
        y = self.norm(h)
        return self.first(y)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x); h = self.up(h)
        if self.wide: h = self.widen(h)
        h = self.act(h)
        h = self.down(h)
        y = self.norm(h)
        return self.second(y, x)
