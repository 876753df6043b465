# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = self.first(x)
        if self.training:
            for layer in self.layers:
                if self.done(x):
                    return self.early(x)
                x = layer(x)
            return self.late(x)
        else:
            return self.plain(x)


class Second(nn.Module):
    def forward(self, x):
        x = self.second(x, x)
        if self.training:
            for layer in self.layers:
                if self.done(x):
                    return self.early(x)
                x = layer(x)
            return self.late(x)
        else:
            return self.plain(x)
