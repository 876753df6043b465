# classes: First Second
# expect: S0
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.training:
            noise = self.noise(x, self.width)
        x = self.proj(self.norm(x)) / x.shape[1]
        if self.training:
            return x + noise
        return x


class Second(nn.Module):
    def forward(self, x):
        if self.training:
            noise = self.noise(x, self.width)
        x = self.proj(self.norm(x)) / x.shape[1]
        if self.training:
            return x + noise
        return x
