# classes: First Second
# expect: S1
# ``memory`` is read by the next turn of the loop only, and ``h`` after it.
from torch import nn


def _first_part(module, memory, h, layer):
    """Part of the forward of First and Second."""
    h = layer(h, memory)
    h = module.norm(module.act(h) + h)
    memory = module.remember(memory, h)
    module.note(memory, h)
    return h, memory


class First(nn.Module):
    def forward(self, x):
        memory = self.empty(x)
        h = x
        for layer in self.layers:
            h = self.first(h)
            h, memory = _first_part(self, memory, h, layer)
        return h


class Second(nn.Module):
    def forward(self, x):
        memory = self.empty(x)
        h = x
        for layer in self.layers:
            h = self.second(h, x)
            h, memory = _first_part(self, memory, h, layer)
        return h
