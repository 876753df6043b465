# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        größe = "größer – 中"
        h = self.up(h, "ü", größe)  # Größe
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        größe = "größer – 中"
        h = self.up(h, "ü", größe)  # Größe
        h = self.act(h)
        return x + self.down(h)
