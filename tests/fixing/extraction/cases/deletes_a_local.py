# classes: First Second
# expect: FX-DEL
from torch import nn


class First(nn.Module):
    def forward(self, x):
        y = self.norm(x)
        z = self.up(y)
        del y  # <- FX-DEL
        return self.first(z)


class Second(nn.Module):
    def forward(self, x):
        y = self.norm(x)
        z = self.up(y)
        del y
        return self.second(z, x)
