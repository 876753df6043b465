# classes: First Second
# expect: S3
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h, "ü", p=1)  # Größe
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h, "ü", p=2)  # Größe
        h = self.act(h)
        return x + self.down(h)
