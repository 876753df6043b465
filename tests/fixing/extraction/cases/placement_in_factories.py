# classes: create_first.First create_second.Second
# expect: S0
from torch import nn


def create_first():
    class First(nn.Module):
        def forward(self, x):
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            return x + self.down(h)

    return First()


def create_second():
    class Second(nn.Module):
        def forward(self, x):
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            return x + self.down(h)

    return Second()
