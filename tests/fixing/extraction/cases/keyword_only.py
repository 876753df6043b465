# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, x, *, mask, scale=1.0):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h) * mask
        return x + self.down(h) * scale


class Second(nn.Module):
    def forward(self, x, *, mask, scale=2.0):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h) * mask
        return x + self.down(h) * scale
