# classes: First Second
# expect: FX-MAYBE-UNBOUND
from torch import nn


class First(nn.Module):
    def forward(self, x):
        with self.scope(x) as outer:  # <- FX-MAYBE-UNBOUND
            h = self.norm(self.join(x, outer))
            h = self.close(self.act(h), outer)
        return self.first(h, outer)


class Second(nn.Module):
    def forward(self, x):
        with self.scope(x) as outer:
            h = self.norm(self.join(x, outer))
            h = self.close(self.act(h), outer)
        return self.second(h, x, outer)
