# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
            if self.done(x):
                break
        else:
            x = self.last(x)
            x = self.norm(x)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
            if self.done(x):
                break
        else:
            x = self.last(x)
            x = self.norm(x)
        return self.second(x, x)
