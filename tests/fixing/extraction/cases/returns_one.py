# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        gate = self.gate(h)
        return x * gate


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        gate = self.gate(h)
        return x + gate
