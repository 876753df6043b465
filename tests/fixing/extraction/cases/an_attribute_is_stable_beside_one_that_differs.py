# classes: First Second
# expect: S4
# options: with-attributes
# In S4 too: only one class sets ``half`` again, but both read the same attribute.
from torch import nn


class First(nn.Module):
    def __init__(self, half):
        super().__init__()
        self.half = half
        self.width = 8
        self.depth = 4

    def forward(self, x):
        h = self.norm(x)
        h = self.rotate(h, half=self.half)
        if self.half is not None:
            h = self.act(h)
        return x + self.down(h, self.width)


class Second(nn.Module):
    def __init__(self, half):
        super().__init__()
        self.half = half
        self.width = 8
        self.depth = 4

    def reset(self, half):
        self.half = half

    def forward(self, x):
        h = self.norm(x)
        h = self.rotate(h, half=self.half)
        if self.half is not None:
            h = self.act(h)
        return x + self.down(h, self.depth)
