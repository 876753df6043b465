# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, x, mode):
        match mode:
            case ("top", count):
                h = self.top(x, count)
            case _:
                h = self.plain(x, mode)
        return self.last(h)


class Second(nn.Module):
    def forward(self, x, kind):
        match kind:
            case ("top", number):
                out = self.top(x, number)
            case _:
                out = self.plain(x, kind)
        return self.last(out)
