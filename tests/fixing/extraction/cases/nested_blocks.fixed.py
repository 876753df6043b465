# classes: First Second
# expect: S2
from torch import nn


def _first_part(module, x):
    """Part of the forward of First and Second."""
    x = module.norm(x)
    x = module.up(x)
    x = module.act(x)
    return module.down(x)


def _first_part_2(module, x, layer):
    """Part of the forward of First and Second."""
    x = layer(x)
    x = module.norm(x)
    x = module.act(x)
    return module.mix(x, layer)


class First(nn.Module):
    def forward(self, x):
        if self.pre:
            x = self.first(x)
            x = _first_part(self, x)
        for layer in self.layers:
            x = _first_part_2(self, x, layer)
            self.first(x)
        return x


class Second(nn.Module):
    def forward(self, x):
        if self.pre:
            x = self.second(x, x)
            x = _first_part(self, x)
        for layer in self.layers:
            x = _first_part_2(self, x, layer)
            self.second(x)
        return x
