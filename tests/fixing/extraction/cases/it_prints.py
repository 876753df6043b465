# classes: First Second
# expect: FX-GRAPH
from torch import nn


class First(nn.Module):
    def forward(self, x):
        print(self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale), x)  # <- FX-GRAPH
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        print(self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale), x)
        return self.second(x, x)
