# classes: First Second
# expect: S0
from project import module
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h, module.scale)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h, module.scale)
        h = self.act(h)
        return x + self.down(h)
