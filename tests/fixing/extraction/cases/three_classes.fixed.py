# classes: First Second Third
# expect: S1
from torch import nn


def _first_start(module, x):
    """Start of the forward of First, Second and Third."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.first(h, x)


class Second(nn.Module):
    def forward(self, hidden):
        h = _first_start(self, hidden)
        return self.second(h, hidden)


class Third(nn.Module):
    def forward(self, y):
        h = _first_start(self, y)
        return self.third(h, y)
