# classes: First Second
# expect: FX-SHADOW
from torch import nn


class First(nn.Module):
    def forward(self, x):
        self = self.inner(self.norm(x), self.up(x), self.act(x), self.down(x), self.scale)  # <- FX-SHADOW
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        self = self.inner(self.norm(x), self.up(x), self.act(x), self.down(x), self.scale)
        return self.second(x, x)
