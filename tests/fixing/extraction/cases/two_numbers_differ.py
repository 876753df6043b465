# classes: First Second
# expect: S3
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.pool(h, 3, stride=2)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.pool(h, 5, stride=1)
        return x + self.down(h)
