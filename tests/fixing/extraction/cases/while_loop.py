# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x, steps):
        while steps > 0:
            x = self.step(x)
            if self.skips:
                continue
            steps = steps - 1
        x = self.norm(x)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x, steps):
        while steps > 0:
            x = self.step(x)
            if self.skips:
                continue
            steps = steps - 1
        x = self.norm(x)
        return self.second(x, x)
