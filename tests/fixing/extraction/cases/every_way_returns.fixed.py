# classes: First Second
# expect: S1
from torch import nn


def _first_end(module, x):
    """End of the forward of First and Second."""
    if module.skips(x):
        return module.empty(module.norm(x))
    h = module.up(x)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        x = self.first(x)
        return _first_end(self, x)


class Second(nn.Module):
    def forward(self, x):
        x = self.second(x, x)
        return _first_end(self, x)
