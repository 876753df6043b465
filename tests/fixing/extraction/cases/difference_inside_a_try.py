# classes: First Second
# expect: FX-TRY
from torch import nn


class First(nn.Module):
    def forward(self, x):
        try:  # <- FX-TRY
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
        except RuntimeError:
            h = self.first(x)
        return h


class Second(nn.Module):
    def forward(self, x):
        try:
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
        except RuntimeError:
            h = self.second(x, x)
        return h
