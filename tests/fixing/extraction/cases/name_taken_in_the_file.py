# classes: First Second
# expect: S0
from torch import nn


def _first_forward(module):
    return module


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
