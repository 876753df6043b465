# classes: First Second
# expect: S1
# ``mask`` may not be bound after the ``if``, but surely is inside it.
from torch import nn


def _first_part(module, x):
    """Part of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    mask = module.build(module.act(h))
    h = module.down(h)
    x = module.masked(h, mask)
    return mask, x


class First(nn.Module):
    def forward(self, x):
        if self.causal:
            mask, x = _first_part(self, x)
        return self.first(x, mask)


class Second(nn.Module):
    def forward(self, x):
        if self.causal:
            mask, x = _first_part(self, x)
        return self.second(x, x, mask)
