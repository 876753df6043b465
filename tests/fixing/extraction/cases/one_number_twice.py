# classes: First Second
# expect: S3
# The same two values at two places are one parameter.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.pool(h, 3, stride=3)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.pool(h, 5, stride=5)
        return x + self.down(h)
