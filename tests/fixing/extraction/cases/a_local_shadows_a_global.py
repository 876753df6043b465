# classes: First Second
# expect: FX-SHADOW
from torch import nn

from project import scale


class First(nn.Module):
    def forward(self, x):
        h = scale(self.norm(x), self.up(x), self.act(x), self.down(x))  # <- FX-SHADOW
        return self.first(h)


class Second(nn.Module):
    def forward(self, x, scale):
        h = scale(self.norm(x), self.up(x), self.act(x), self.down(x))
        return self.second(h, x)
