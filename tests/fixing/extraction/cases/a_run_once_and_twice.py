# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        h = self.norm(h)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, x)
