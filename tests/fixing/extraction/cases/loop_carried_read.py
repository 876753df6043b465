# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.start(x)
        states = []
        for layer in self.layers:
            h = layer(h, x)
            states.append(h)
            x = self.mix(x, h)
        return self.first(h, states)


class Second(nn.Module):
    def forward(self, x):
        h = self.start(x)
        states = []
        for layer in self.layers:
            h = layer(h, x)
            states.append(h)
            x = self.mix(x, h)
        return self.second(h, states, x)
