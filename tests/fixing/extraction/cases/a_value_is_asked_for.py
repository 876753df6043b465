# classes: First Second
# expect: FX-GRAPH
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale, x.max().item())  # <- FX-GRAPH
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        x = self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale, x.max().item())
        return self.second(x, x)
