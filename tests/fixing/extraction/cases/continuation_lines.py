# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x,
                      self.scale,
                      self.shift)
        h = self.up(h)
        h = (self.act(h)
             + self.gate(h))
        return x + self.down(h,
                             # the residual
                             residual=self.keep(x,
                                                h))


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x,
                      self.scale,
                      self.shift)
        h = self.up(h)
        h = (self.act(h)
             + self.gate(h))
        return x + self.down(h,
                             # the residual
                             residual=self.keep(x,
                                                h))
