# classes: First Second
# expect: S1
# What the run binds on some ways only is a function before.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        def attend(q):
            return q * 2

        x = self.first(x)
        if self.fast:
            attend = self.quick
        x = attend(x) + self.proj(self.norm(x)) / x.shape[1]
        x = x * self.scale + self.shift / x.shape[0]
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        def attend(q):
            return q * 2

        x = self.second(x, x)
        if self.fast:
            attend = self.quick
        x = attend(x) + self.proj(self.norm(x)) / x.shape[1]
        x = x * self.scale + self.shift / x.shape[0]
        return self.second(x, x)
