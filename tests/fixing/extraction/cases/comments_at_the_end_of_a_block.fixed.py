# classes: First Second
# expect: S1
from torch import nn


def _first_end(module, h):
    """End of the forward of First and Second."""
    if module.training:
        h = module.norm(h)
        h = module.up(h)
        h = module.act(h)
        h = module.down(h)
        # No dropout here.
    return h


class First(nn.Module):
    def forward(self, x):
        h = self.first(x)
        return _first_end(self, h)


class Second(nn.Module):
    def forward(self, x):
        h = self.second(x, x)
        return _first_end(self, h)
