# classes: First Second
# expect: S0
from torch import nn


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x,
                    module.scale,
                    module.shift)
    h = module.up(h)
    h = (module.act(h)
         + module.gate(h))
    return x + module.down(h,
                           # the residual
                           residual=module.keep(x,
                                                h))


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)
