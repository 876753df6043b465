# classes: First Second
# expect: FX-LOOPCTL
from torch import nn


class First(nn.Module):
    def forward(self, x):
        for layer in self.layers:
            x = self.first(x)
            x = layer(x, self.norm(x), self.scale, self.act(x), self.width)
            if self.limit(x, self.count):
                break  # <- FX-LOOPCTL
        return x


class Second(nn.Module):
    def forward(self, x):
        for layer in self.layers:
            x = self.second(x, x)
            x = layer(x, self.norm(x), self.scale, self.act(x), self.width)
            if self.limit(x, self.count):
                break
        return x
