# classes: First Second
# expect: FX-WIDE
from torch import nn


class First(nn.Module):
    def forward(self, a, b, c, d, e, f, g):
        h = self.join(a, b, c, d, e, f, g)  # <- FX-WIDE
        h = self.mix(h, a, b, c, d, e, f, g)
        return self.first(h)


class Second(nn.Module):
    def forward(self, a, b, c, d, e, f, g):
        h = self.join(a, b, c, d, e, f, g)
        h = self.mix(h, a, b, c, d, e, f, g)
        return self.second(h, a)
