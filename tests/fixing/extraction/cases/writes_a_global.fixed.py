# classes: First Second
# expect: S1
# What writes a global stays; a helper would write a variable of its own.
from torch import nn

calls = 0


def _first_part(module, x):
    """Part of the forward of First and Second."""
    h = module.norm(x) + calls
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        global calls
        calls = calls + 1
        h = _first_part(self, x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        global calls
        calls = calls + 1
        h = _first_part(self, x)
        return self.second(h, x)
