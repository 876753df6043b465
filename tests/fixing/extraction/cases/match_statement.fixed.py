# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x, mode):
    """Start of the forward of First and Second."""
    match mode:
        case "mean":
            h = module.mean(x)
        case ("top", count) if count > module.least:
            h = module.top(x, count)
        case {"scale": scale, **rest}:
            h = module.scaled(x, scale, rest)
        case other:
            h = module.plain(x, other)
    return h


class First(nn.Module):
    def forward(self, x, mode):
        h = _first_start(self, x, mode)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x, mode):
        h = _first_start(self, x, mode)
        return self.second(h, x)
