# classes: First Second
# expect: S1
from torch import nn


def _first_end(module, x):
    """End of the forward of First and Second."""
    if module.mode == "a":
        h = module.third(x)
    elif module.mode == "b":
        h = module.norm(x)
        h = module.up(h)
        h = module.act(h)
        h = module.down(h)
    else:
        h = x
    return h


class First(nn.Module):
    def forward(self, x):
        x = self.first(x)
        return _first_end(self, x)


class Second(nn.Module):
    def forward(self, x):
        x = self.second(x)
        return _first_end(self, x)
