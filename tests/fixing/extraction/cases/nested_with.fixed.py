# classes: First Second
# expect: S1
import torch
from torch import nn


def _first_close(module, x):
    """Start of the forward of First and Second."""
    with torch.no_grad(), module.scope(x) as outer:
        with module.inner(outer) as (left, right):
            h = module.join(left, right)
        h = module.close(h, outer)
    return outer, h


class First(nn.Module):
    def forward(self, x):
        outer, h = _first_close(self, x)
        return self.first(h, outer)


class Second(nn.Module):
    def forward(self, x):
        outer, h = _first_close(self, x)
        return self.second(h, x, outer)
