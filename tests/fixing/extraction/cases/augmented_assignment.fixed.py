# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x, total):
    """Start of the forward of First and Second."""
    module.seen += 1
    h = module.norm(x)
    total += module.loss(h)
    total *= module.weight
    h -= module.mean(h) / module.spread(h)
    return h, total


class First(nn.Module):
    def forward(self, x, total):
        h, total = _first_start(self, x, total)
        return self.first(h), total


class Second(nn.Module):
    def forward(self, x, total):
        h, total = _first_start(self, x, total)
        return self.second(h, x), total
