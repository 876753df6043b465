# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    for layer in module.layers:
        x = layer(x)
        if module.done(x):
            break
    else:
        x = module.last(x)
        x = module.norm(x)
    return x


class First(nn.Module):
    def forward(self, x):
        x = _first_start(self, x)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        x = _first_start(self, x)
        return self.second(x, x)
