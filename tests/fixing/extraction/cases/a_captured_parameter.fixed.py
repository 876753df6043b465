# classes: create_first.First create_second.Second
# expect: S0
from torch import nn


def _first_forward(module, x, scale):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h) * scale
    h = module.act(h)
    return x + module.down(h)


def create_first(dim, scale):
    class First(nn.Module):
        def forward(self, x):
            return _first_forward(self, x, scale)

    return First()


def create_second(dim, scale):
    class Second(nn.Module):
        def forward(self, x):
            return _first_forward(self, x, scale)

    return Second()
