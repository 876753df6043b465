# classes: First Second
# expect: S1
# ``memory`` is read by the next turn of the loop only, and ``h`` after it.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        memory = self.empty(x)
        h = x
        for layer in self.layers:
            h = self.first(h)
            h = layer(h, memory)
            h = self.norm(self.act(h) + h)
            memory = self.remember(memory, h)
            self.note(memory, h)
        return h


class Second(nn.Module):
    def forward(self, x):
        memory = self.empty(x)
        h = x
        for layer in self.layers:
            h = self.second(h, x)
            h = layer(h, memory)
            h = self.norm(self.act(h) + h)
            memory = self.remember(memory, h)
            self.note(memory, h)
        return h
