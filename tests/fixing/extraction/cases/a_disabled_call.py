# classes: First Second
# expect: FX-GRAPH
import torch
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale, torch._dynamo.disable(self.scale)(x))  # <- FX-GRAPH
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        x = self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale, torch._dynamo.disable(self.scale)(x))
        return self.second(x, x)
