# classes: create_first.First create_second.Second
# expect: FX-CTRL
from torch import nn


def create_first(calls):
    class First(nn.Module):
        def forward(self, x):
            nonlocal calls  # <- FX-CTRL
            calls += self.size(x) + self.norm(x) + self.scale
            return self.first(x)

    return First()


def create_second(calls):
    class Second(nn.Module):
        def forward(self, x):
            nonlocal calls
            calls += self.size(x) + self.norm(x) + self.scale
            return self.second(x, x)

    return Second()
