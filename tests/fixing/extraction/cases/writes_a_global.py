# classes: First Second
# expect: S1
# What writes a global stays; a helper would write a variable of its own.
from torch import nn

calls = 0


class First(nn.Module):
    def forward(self, x):
        global calls
        calls = calls + 1
        h = self.norm(x) + calls
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        global calls
        calls = calls + 1
        h = self.norm(x) + calls
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, x)
