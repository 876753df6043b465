# classes: create_first.First create_second.Second
# expect: S0
from torch import nn


def _first_forward(module, x, factor):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h) * factor
    h = module.act(h)
    return x + module.down(h)


def create_first(dim, scale):
    factor = scale * 2

    class First(nn.Module):
        def forward(self, x):
            return _first_forward(self, x, factor)

    return First()


def create_second(dim, scale):
    factor = scale * 2

    class Second(nn.Module):
        def forward(self, x):
            return _first_forward(self, x, factor)

    return Second()
