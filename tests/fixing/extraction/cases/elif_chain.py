# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.mode == "a":
            h = self.first(x)
        elif self.mode == "b":
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
        else:
            h = x
        return h


class Second(nn.Module):
    def forward(self, x):
        if self.mode == "a":
            h = self.second(x)
        elif self.mode == "b":
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
        else:
            h = x
        return h
