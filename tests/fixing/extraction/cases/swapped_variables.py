# classes: First Second
# expect: S1
# Names that do not correspond one to one end a run.
from torch import nn


class First(nn.Module):
    def forward(self, a, b):
        a = self.first(a, b)
        b = self.second(a, b)
        a = self.third(a, b)
        b = self.fourth(a, b)
        return self.last(a) + b


class Second(nn.Module):
    def forward(self, a, b):
        a = self.first(a, b)
        b = self.second(a, b)
        a = self.third(a, b)
        b = self.fourth(a, b)
        return self.last(b) + a
