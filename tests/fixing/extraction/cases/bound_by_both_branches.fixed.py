# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    if module.causal:
        mask = module.build(x)
        h = module.masked(module.act(module.up(module.norm(x))), mask, module.scale * 2)
    else:
        mask = None
        h = module.plain(module.act(module.up(module.norm(x))), x, module.scale * 2)
    return mask, h


class First(nn.Module):
    def forward(self, x):
        mask, h = _first_start(self, x)
        return self.first(h, mask)


class Second(nn.Module):
    def forward(self, x):
        mask, h = _first_start(self, x)
        return self.second(h, h, mask)
