# classes: First Second
# expect: S0
from torch import nn


def register(cls):
    return cls


# The first of two.
@register
@register
class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


@register
class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
