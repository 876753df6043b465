# classes: First Second
# expect: FX-INNERDEF
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if (h := self.norm(x)) is not None:  # <- FX-INNERDEF
            x = self.up(h, self.scale, self.act(h), self.down(x))
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        if (h := self.norm(x)) is not None:
            x = self.up(h, self.scale, self.act(h), self.down(x))
        return self.second(x, x)
