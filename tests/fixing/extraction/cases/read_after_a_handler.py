# classes: First Second
# expect: FX-MAYBE-UNBOUND
# A handler unbinds its name when it ends.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = self.first(x)
        try:  # <- FX-MAYBE-UNBOUND
            h = self.norm(x)
        except ValueError as x:
            h = self.up(x, self.width)
        self.note(x, h, self.scale, self.depth)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        x = self.second(x, x)
        try:
            h = self.norm(x)
        except ValueError as x:
            h = self.up(x, self.width)
        self.note(x, h, self.scale, self.depth)
        return self.second(h, h)
