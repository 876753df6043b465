# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, inputs, scale):
        parts = [self.norm(one) * scale for one in inputs]
        total = self.join(parts)
        total = self.act(total)
        total = self.down(total)
        return self.first(total)


class Second(nn.Module):
    def forward(self, inputs, scale):
        parts = [self.norm(one) * scale for one in inputs]
        total = self.join(parts)
        total = self.act(total)
        total = self.down(total)
        return self.second(total, inputs)
