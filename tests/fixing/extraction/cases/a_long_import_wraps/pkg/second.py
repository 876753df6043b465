# classes: Second
from torch import nn


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        h = self.second(h)
        y = self.norm(h)
        y = self.up(y)
        y = self.act(y)
        y = self.down(y)
        y = self.second(y)
        y = self.norm(y)
        y = self.up(y)
        y = self.act(y)
        y = self.down(y)
        return y
