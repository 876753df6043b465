# classes: First Second
# expect: FX-MAYBE-UNBOUND
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.causal:  # <- FX-MAYBE-UNBOUND
            mask = self.build(x)
            h = self.masked(self.act(self.up(self.norm(x))), mask, self.scale * 2)
        else:
            h = self.plain(self.act(self.up(self.norm(x))), x, self.scale * 2)
        return self.first(h, mask)


class Second(nn.Module):
    def forward(self, x):
        if self.causal:
            mask = self.build(x)
            h = self.masked(self.act(self.up(self.norm(x))), mask, self.scale * 2)
        else:
            h = self.plain(self.act(self.up(self.norm(x))), x, self.scale * 2)
        return self.second(h, h, mask)
