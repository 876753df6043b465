# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, a, b, c, d, e, f):
    """Start of the forward of First and Second."""
    h = module.join(a, b, c, d, e, f)
    h = module.mix(h, a, b, c, d, e, f)
    h = module.mix(module.norm(h), a, b, c, d, e, f)
    return module.down(module.act(module.up(h)))


class First(nn.Module):
    def forward(self, a, b, c, d, e, f):
        h = _first_start(self, a, b, c, d, e, f)
        return self.first(h)


class Second(nn.Module):
    def forward(self, a, b, c, d, e, f):
        h = _first_start(self, a, b, c, d, e, f)
        return self.second(h, a)
