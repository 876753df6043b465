# classes: First Second
# expect: S1
from torch import nn


def _first_total(module, inputs, scale):
    """Start of the forward of First and Second."""
    parts = [module.norm(one) * scale for one in inputs]
    total = module.join(parts)
    total = module.act(total)
    return module.down(total)


class First(nn.Module):
    def forward(self, inputs, scale):
        total = _first_total(self, inputs, scale)
        return self.first(total)


class Second(nn.Module):
    def forward(self, inputs, scale):
        total = _first_total(self, inputs, scale)
        return self.second(total, inputs)
