# classes: First Second
# expect: S1
# The ``x`` of the comprehension is another one than the parameter.
from torch import nn


def _first_joined(module, inputs):
    """Start of the forward of First and Second."""
    parts = [module.norm(x) for x in inputs]
    sizes = {name: part.shape for name, part in zip(module.names, parts)}
    total = sum(part.sum() for part in parts)
    return module.join(parts, sizes, total)


class First(nn.Module):
    def forward(self, inputs, x):
        joined = _first_joined(self, inputs)
        return self.first(joined, x)


class Second(nn.Module):
    def forward(self, inputs, x):
        joined = _first_joined(self, inputs)
        return self.second(joined, joined, x)
