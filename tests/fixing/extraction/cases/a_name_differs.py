# classes: First Second
# expect: S3
from torch import nn

SMALL = 0.5
LARGE = 2.0


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = h * SMALL
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = h * LARGE
        return x + self.down(h)
