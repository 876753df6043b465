# classes: First Second
# expect: S1
# Directives of a statement move with it.
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)  # type: ignore[operator]
    h = module.up(h)
    h = module.act(h)  # noqa: E501
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.second(h, x)
