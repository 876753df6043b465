# classes: First Second
# expect: FX-EFFECT-ORDER
# A callable as a parameter would add a break of the graph.
from functions import large, small
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = small(h)  # <- FX-EFFECT-ORDER
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = large(h)
        return x + self.down(h)
