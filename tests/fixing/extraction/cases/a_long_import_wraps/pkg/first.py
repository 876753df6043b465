# classes: First
# expect: S2
# options: width=60
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        h = self.first(h)
        y = self.norm(h)
        y = self.up(y)
        y = self.act(y)
        y = self.down(y)
        y = self.first(y)
        y = self.norm(y)
        y = self.up(y)
        y = self.act(y)
        y = self.down(y)
        return y
