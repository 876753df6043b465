# classes: First Second
# expect: S1
# Comments above statements that move are kept once for each text.
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    # Normalise, then widen.
    # Widen first.
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.second(h, x)
