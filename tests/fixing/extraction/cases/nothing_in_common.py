# classes: First Second
# expect: FX-NO-BENEFIT
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        return self.up(h) + self.act(h)


class Second(nn.Module):
    def forward(self, x):
        return [self.down(part) for part in x]
