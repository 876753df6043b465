# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        self.seen = self.seen + 1
        self.mean = self.average(x, self.mean)
        self.spread = self.deviation(x, self.spread)
        self.note(x, self.mean, self.spread)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        self.seen = self.seen + 1
        self.mean = self.average(x, self.mean)
        self.spread = self.deviation(x, self.spread)
        self.note(x, self.mean, self.spread)
        return self.second(x, x)
