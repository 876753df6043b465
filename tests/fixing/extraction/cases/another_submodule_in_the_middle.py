# classes: First Second
# expect: S2
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        h = self.bn(h)
        y = self.norm(h)
        y = self.up(y)
        y = self.act(y)
        return self.down(y)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        h = self.gn(h)
        y = self.norm(h)
        y = self.up(y)
        y = self.act(y)
        return self.down(y)
