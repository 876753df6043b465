# classes: First Second
# expect: S1
# ``mask`` is written on one way only, so it goes in too.
from torch import nn


class First(nn.Module):
    def forward(self, x, mask):
        h = self.norm(x)
        if self.causal:
            mask = self.build(h)
        h = self.up(h)
        h = self.act(h)
        return self.first(h, mask)


class Second(nn.Module):
    def forward(self, x, mask):
        h = self.norm(x)
        if self.causal:
            mask = self.build(h)
        h = self.up(h)
        h = self.act(h)
        return self.second(h, h, mask)
