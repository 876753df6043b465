# classes: First Second
# expect: FX-LOOPCTL
from torch import nn


class First(nn.Module):
    def forward(self, x):
        for layer in self.layers:
            if self.skips(layer, x):
                continue  # <- FX-LOOPCTL
            x = layer(self.norm(x), self.scale)
            self.first(x)
        return x


class Second(nn.Module):
    def forward(self, x):
        for layer in self.layers:
            if self.skips(layer, x):
                continue
            x = layer(self.norm(x), self.scale)
            self.second(x, x)
        return x
