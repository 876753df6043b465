# classes: create_first.make.First create_second.make.Second
# expect: S0
from torch import nn


def create_first():
    def make():
        class First(nn.Module):
            def forward(self, x):
                h = self.norm(x)
                h = self.up(h)
                h = self.act(h)
                return x + self.down(h)

        return First()

    return make


def create_second():
    def make():
        class Second(nn.Module):
            def forward(self, x):
                h = self.norm(x)
                h = self.up(h)
                h = self.act(h)
                return x + self.down(h)

        return First()

    return make
