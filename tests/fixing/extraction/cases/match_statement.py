# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x, mode):
        match mode:
            case "mean":
                h = self.mean(x)
            case ("top", count) if count > self.least:
                h = self.top(x, count)
            case {"scale": scale, **rest}:
                h = self.scaled(x, scale, rest)
            case other:
                h = self.plain(x, other)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x, mode):
        match mode:
            case "mean":
                h = self.mean(x)
            case ("top", count) if count > self.least:
                h = self.top(x, count)
            case {"scale": scale, **rest}:
                h = self.scaled(x, scale, rest)
            case other:
                h = self.plain(x, other)
        return self.second(h, x)
