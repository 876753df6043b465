# classes: First Second
# expect: S1
# A forward that returns nothing: the call is no return, since its run may end without one.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        self.seen = self.seen + 1
        self.mean = self.average(x, self.mean)
        self.spread = self.deviation(x, self.spread)
        self.note(x, self.mean, self.spread)


class Second(nn.Module):
    def forward(self, x):
        x = self.prepare(x)
        self.seen = self.seen + 1
        self.mean = self.average(x, self.mean)
        self.spread = self.deviation(x, self.spread)
        self.note(x, self.mean, self.spread)
