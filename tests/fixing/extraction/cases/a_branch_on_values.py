# classes: First Second
# expect: FX-GRAPH
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if (x > 0).all():  # <- FX-GRAPH
            x = self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        if (x > 0).all():
            x = self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale)
        return self.second(x, x)
