# classes: First Second
# expect: S1
# Comments above statements that move are kept once for each text.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        # Normalise, then widen.
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        # Widen first.
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, x)
