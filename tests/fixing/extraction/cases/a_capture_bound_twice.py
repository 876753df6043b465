# classes: create_first.First create_second.Second
# expect: FX-CAPTURE
from torch import nn


def create_first(dim, scale):
    factor = 1
    if scale:
        factor = scale

    class First(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth, self.gain) * factor  # <- FX-CAPTURE
            return self.first(x)

    return First()


def create_second(dim, scale):
    factor = 1
    if scale:
        factor = scale

    class Second(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth, self.gain) * factor
            return self.second(x)

    return Second()
