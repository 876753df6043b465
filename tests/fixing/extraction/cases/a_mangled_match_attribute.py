# classes: First Second
# expect: FX-MANGLE
# A keyword of a class pattern is an attribute, and mangled.
from pairs import Pair
from torch import nn


class First(nn.Module):
    def forward(self, x):
        match x:
            case Pair(__left=part):  # <- FX-MANGLE
                h = self.up(self.act(self.norm(part)), self.scale)
            case _:
                h = self.up(self.act(self.norm(x)), self.scale)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        match x:
            case Pair(__left=part):
                h = self.up(self.act(self.norm(part)), self.scale)
            case _:
                h = self.up(self.act(self.norm(x)), self.scale)
        return self.second(h, x)
