# classes: First Second
# expect: FX-GRAPH
from torch import nn


def checked(x):
    if x.max() > 1:
        raise ValueError("too large")
    return x


class First(nn.Module):
    def forward(self, x):
        h = checked(self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale))  # <- FX-GRAPH
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = checked(self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale))
        return self.second(h, x)
