# classes: First Second
# expect: S1
# A forward that returns nothing: the call is no return, since its run may end without one.
from torch import nn


def _first_end(module, x):
    """End of the forward of First and Second."""
    module.seen = module.seen + 1
    module.mean = module.average(x, module.mean)
    module.spread = module.deviation(x, module.spread)
    module.note(x, module.mean, module.spread)


class First(nn.Module):
    def forward(self, x):
        _first_end(self, x)


class Second(nn.Module):
    def forward(self, x):
        x = self.prepare(x)
        _first_end(self, x)
