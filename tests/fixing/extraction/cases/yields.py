# classes: First Second
# expect: FX-CTRL
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        yield self.up(h)  # <- FX-CTRL
        h = self.act(h)
        yield self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        yield self.up(h)
        h = self.act(h)
        yield self.down(h)
