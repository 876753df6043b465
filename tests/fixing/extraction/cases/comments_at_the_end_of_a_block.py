# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.first(x)
        if self.training:
            h = self.norm(h)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
            # No dropout here.
        return h


class Second(nn.Module):
    def forward(self, x):
        h = self.second(x, x)
        if self.training:
            h = self.norm(h)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
        return h
