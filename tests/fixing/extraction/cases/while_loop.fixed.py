# classes: First Second
# expect: S1
from torch import nn


def _first_step_norm(module, x, steps):
    """Start of the forward of First and Second."""
    while steps > 0:
        x = module.step(x)
        if module.skips:
            continue
        steps = steps - 1
    return module.norm(x)


class First(nn.Module):
    def forward(self, x, steps):
        x = _first_step_norm(self, x, steps)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x, steps):
        x = _first_step_norm(self, x, steps)
        return self.second(x, x)
