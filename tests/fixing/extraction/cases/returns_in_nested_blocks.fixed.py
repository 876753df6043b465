# classes: First Second
# expect: S1
from torch import nn


def _first_end(module, x):
    """End of the forward of First and Second."""
    if module.training:
        for layer in module.layers:
            if module.done(x):
                return module.early(x)
            x = layer(x)
        return module.late(x)
    else:
        return module.plain(x)


class First(nn.Module):
    def forward(self, x):
        x = self.first(x)
        return _first_end(self, x)


class Second(nn.Module):
    def forward(self, x):
        x = self.second(x, x)
        return _first_end(self, x)
