# classes: First Second
# expect: S1
from torch import nn


def _first_start(module, x):
    """Start of the forward of First and Second."""
    try:
        h = module.fast(x)
    except (RuntimeError, ValueError) as error:
        module.note(error)
        h = module.slow(x)
    else:
        module.count = module.count + 1
    finally:
        module.close(x)
    return h


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        return self.second(h, x)
