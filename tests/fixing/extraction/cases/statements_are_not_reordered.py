# classes: First Second
# expect: FX-EFFECT-ORDER
from torch import nn


class First(nn.Module):
    def forward(self, x):
        a = self.first(x)  # <- FX-EFFECT-ORDER
        b = self.second(x)
        return a + b


class Second(nn.Module):
    def forward(self, x):
        b = self.second(x)
        a = self.first(x)
        return a + b
