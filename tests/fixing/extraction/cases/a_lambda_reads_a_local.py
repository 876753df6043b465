# classes: First Second
# expect: FX-INNERDEF
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)  # <- FX-INNERDEF
        self.later = self.wrap(lambda y: self.up(y, h), self.act(h), self.down(h), x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        self.later = self.wrap(lambda y: self.up(y, h), self.act(h), self.down(h), x)
        return self.second(h, x)
