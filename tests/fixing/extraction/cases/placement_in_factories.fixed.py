# classes: create_first.First create_second.Second
# expect: S0
from torch import nn


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


def create_first():
    class First(nn.Module):
        def forward(self, x):
            return _first_forward(self, x)

    return First()


def create_second():
    class Second(nn.Module):
        def forward(self, x):
            return _first_forward(self, x)

    return Second()
