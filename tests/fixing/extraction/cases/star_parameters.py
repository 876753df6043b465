# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, *inputs, **options):
        h = self.norm(*inputs)
        h = self.up(h, **options)
        h = self.act(h)
        return inputs[0] + self.down(h)


class Second(nn.Module):
    def forward(self, *inputs, **options):
        h = self.norm(*inputs)
        h = self.up(h, **options)
        h = self.act(h)
        return inputs[0] + self.down(h)
