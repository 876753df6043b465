# classes: First Second
# expect: S0
# ``module`` is what a helper calls the first parameter.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        for module in self.layers:
            h = module(h)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        for module in self.layers:
            h = module(h)
        h = self.act(h)
        return x + self.down(h)
