# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = self.first(x)
        if self.skips(x):
            return self.empty(self.norm(x))
        h = self.up(x)
        return self.down(h)


class Second(nn.Module):
    def forward(self, x):
        x = self.second(x, x)
        if self.skips(x):
            return self.empty(self.norm(x))
        h = self.up(x)
        return self.down(h)
