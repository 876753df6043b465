# classes: First Second
# expect: S1
# Names with underscores on either side are not mangled.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm.__call__(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm.__call__(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, x)
