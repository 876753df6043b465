# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, a, b, c, d, e, f):
        h = self.join(a, b, c, d, e, f)
        h = self.mix(h, a, b, c, d, e, f)
        h = self.mix(self.norm(h), a, b, c, d, e, f)
        h = self.down(self.act(self.up(h)))
        return self.first(h)


class Second(nn.Module):
    def forward(self, a, b, c, d, e, f):
        h = self.join(a, b, c, d, e, f)
        h = self.mix(h, a, b, c, d, e, f)
        h = self.mix(self.norm(h), a, b, c, d, e, f)
        h = self.down(self.act(self.up(h)))
        return self.second(h, a)
