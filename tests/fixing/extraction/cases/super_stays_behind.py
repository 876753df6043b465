# classes: First Second
# expect: S1
# What is around a call of super moves without it.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = super().forward(x)
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        x = super().forward(x)
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, x)
