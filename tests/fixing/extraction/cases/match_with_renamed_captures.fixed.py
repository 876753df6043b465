# classes: First Second
# expect: S0
from torch import nn


def _first_forward(module, x, mode):
    """Forward of First and Second."""
    match mode:
        case ("top", count):
            h = module.top(x, count)
        case _:
            h = module.plain(x, mode)
    return module.last(h)


class First(nn.Module):
    def forward(self, x, mode):
        return _first_forward(self, x, mode)


class Second(nn.Module):
    def forward(self, x, kind):
        return _first_forward(self, x, kind)
