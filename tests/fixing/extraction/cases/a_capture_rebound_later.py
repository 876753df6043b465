# classes: create_first.First create_second.Second
# expect: FX-CAPTURE
from torch import nn


def create_first(dim, scale):
    class First(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth, self.gain) * scale  # <- FX-CAPTURE
            return self.first(x)

    scale = scale * 2
    return First()


def create_second(dim, scale):
    class Second(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth, self.gain) * scale
            return self.second(x)

    scale = scale * 2
    return Second()
