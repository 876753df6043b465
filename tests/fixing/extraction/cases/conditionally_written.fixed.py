# classes: First Second
# expect: S1
# ``mask`` is written on one way only, so it goes in too.
from torch import nn


def _first_start(module, x, mask):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    if module.causal:
        mask = module.build(h)
    h = module.up(h)
    h = module.act(h)
    return h, mask


class First(nn.Module):
    def forward(self, x, mask):
        h, mask = _first_start(self, x, mask)
        return self.first(h, mask)


class Second(nn.Module):
    def forward(self, x, mask):
        h, mask = _first_start(self, x, mask)
        return self.second(h, h, mask)
