# classes: create_first.First create_second.Second
# expect: FX-SHADOW
from project import gain
from torch import nn


def create_first(dim, scale):
    gain = 2

    class First(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth, self.gain) * gain  # <- FX-SHADOW
            return self.first(x)

    return First()


def create_second(dim, scale):
    class Second(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth, self.gain) * gain
            return self.second(x)

    return Second()
