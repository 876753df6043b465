# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, hidden):
        # Up, and down again.
        update = self.norm(hidden)
        update = self.up(update)
        update = self.act(update)
        return hidden + self.down(update)
