# classes: First Second
# expect: S1
# ``mask`` may not be bound after the ``if``, but surely is inside it.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.causal:
            h = self.norm(x)
            h = self.up(h)
            mask = self.build(self.act(h))
            h = self.down(h)
            x = self.masked(h, mask)
        return self.first(x, mask)


class Second(nn.Module):
    def forward(self, x):
        if self.causal:
            h = self.norm(x)
            h = self.up(h)
            mask = self.build(self.act(h))
            h = self.down(h)
            x = self.masked(h, mask)
        return self.second(x, x, mask)
