# classes: First Second
# expect: S1
from torch import nn


def _first_start_mix(module, x):
    """Start of the forward of First and Second."""
    h = module.start(x)
    states = []
    for layer in module.layers:
        h = layer(h, x)
        states.append(h)
        x = module.mix(x, h)
    return h, states, x


class First(nn.Module):
    def forward(self, x):
        h, states, x = _first_start_mix(self, x)
        return self.first(h, states)


class Second(nn.Module):
    def forward(self, x):
        h, states, x = _first_start_mix(self, x)
        return self.second(h, states, x)
