# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        batch, width = x.shape
        if width != self.width:
            raise ValueError(f"expected {self.width} features, got {width!r} of {batch:>{self.width}}")
        h = self.norm(x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, hidden):
        size, features = hidden.shape
        if features != self.width:
            raise ValueError(f"expected {self.width} features, got {features!r} of {size:>{self.width}}")
        h = self.norm(hidden)
        return self.second(h, hidden)
