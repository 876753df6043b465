# classes: First Second
# expect: S2
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.pre:
            x = self.first(x)
            x = self.norm(x)
            x = self.up(x)
            x = self.act(x)
            x = self.down(x)
        for layer in self.layers:
            x = layer(x)
            x = self.norm(x)
            x = self.act(x)
            x = self.mix(x, layer)
            self.first(x)
        return x


class Second(nn.Module):
    def forward(self, x):
        if self.pre:
            x = self.second(x, x)
            x = self.norm(x)
            x = self.up(x)
            x = self.act(x)
            x = self.down(x)
        for layer in self.layers:
            x = layer(x)
            x = self.norm(x)
            x = self.act(x)
            x = self.mix(x, layer)
            self.second(x)
        return x
