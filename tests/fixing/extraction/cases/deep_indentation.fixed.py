# classes: create_first.make.First create_second.make.Second
# expect: S0
from torch import nn


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


def create_first():
    def make():
        class First(nn.Module):
            def forward(self, x):
                return _first_forward(self, x)

        return First()

    return make


def create_second():
    def make():
        class Second(nn.Module):
            def forward(self, x):
                return _first_forward(self, x)

        return First()

    return make
