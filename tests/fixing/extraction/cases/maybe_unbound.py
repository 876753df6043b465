# classes: First Second
# expect: FX-MAYBE-UNBOUND
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.causal:  # <- FX-MAYBE-UNBOUND
            mask = self.build(x)
        elif self.training:
            mask = self.noise(x)
        elif self.wide:
            mask = self.widen(x, self.width)
        return self.first(x, mask)


class Second(nn.Module):
    def forward(self, x):
        if self.causal:
            mask = self.build(x)
        elif self.training:
            mask = self.noise(x)
        elif self.wide:
            mask = self.widen(x, self.width)
        return self.second(x, x, mask)
