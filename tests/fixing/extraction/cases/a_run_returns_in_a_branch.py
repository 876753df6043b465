# classes: First Second
# expect: S1
# The run ends the forward although it is not at its end.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.training:
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            return self.down(h)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        if self.training:
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            return self.down(h)
        return self.second(x, x)
