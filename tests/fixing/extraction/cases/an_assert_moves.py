# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        assert x.dim() == 4, f"expected 4 dimensions, got {x.dim()}"
        h = self.norm(x)
        h = self.up(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        assert x.dim() == 4, f"expected 4 dimensions, got {x.dim()}"
        h = self.norm(x)
        h = self.up(h)
        return self.second(h, x)
