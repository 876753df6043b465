# classes: First Second Third
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h, x)


class Second(nn.Module):
    def forward(self, hidden):
        h = self.norm(hidden)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, hidden)


class Third(nn.Module):
    def forward(self, y):
        h = self.norm(y)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.third(h, y)
