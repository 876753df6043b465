# classes: First Second
# expect: FX-INNERDEF
from torch import nn


class First(nn.Module):
    def forward(self, x):
        def scaled(y):  # <- FX-INNERDEF
            return self.norm(y) * self.scale + self.up(self.act(y))
        h = scaled(x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        def scaled(y):
            return self.norm(y) * self.scale + self.up(self.act(y))
        h = scaled(x)
        return self.second(h, x)
