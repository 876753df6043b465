# classes: First Second
# expect: FX-MAYBE-UNBOUND
# The second turn may read what the first one has bound.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        for block in self.blocks:
            x = self.first(x)
            if self.training:  # <- FX-MAYBE-UNBOUND
                x = x + noise
            x = self.proj(self.norm(block(x))) / x.shape[1]
            noise = self.noise(x, self.width)
        return x


class Second(nn.Module):
    def forward(self, x):
        for block in self.blocks:
            x = self.second(x, x)
            if self.training:
                x = x + noise
            x = self.proj(self.norm(block(x))) / x.shape[1]
            noise = self.noise(x, self.width)
        return x
