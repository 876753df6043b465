# classes: First Second
# expect: S1
# The ``x`` of the comprehension is another one than the parameter.
from torch import nn


class First(nn.Module):
    def forward(self, inputs, x):
        parts = [self.norm(x) for x in inputs]
        sizes = {name: part.shape for name, part in zip(self.names, parts)}
        total = sum(part.sum() for part in parts)
        joined = self.join(parts, sizes, total)
        return self.first(joined, x)


class Second(nn.Module):
    def forward(self, inputs, x):
        parts = [self.norm(x) for x in inputs]
        sizes = {name: part.shape for name, part in zip(self.names, parts)}
        total = sum(part.sum() for part in parts)
        joined = self.join(parts, sizes, total)
        return self.second(joined, joined, x)
