# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x, total):
        self.seen += 1
        h = self.norm(x)
        total += self.loss(h)
        total *= self.weight
        h -= self.mean(h) / self.spread(h)
        return self.first(h), total


class Second(nn.Module):
    def forward(self, x, total):
        self.seen += 1
        h = self.norm(x)
        total += self.loss(h)
        total *= self.weight
        h -= self.mean(h) / self.spread(h)
        return self.second(h, x), total
