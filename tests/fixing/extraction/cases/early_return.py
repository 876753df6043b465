# classes: First Second
# expect: FX-EARLY-RETURN
from torch import nn


class First(nn.Module):
    def forward(self, x):
        if self.skips(x):
            return self.empty(self.norm(x), self.up(x), self.act(x), self.down(x), self.scale)  # <- FX-EARLY-RETURN
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        if self.skips(x):
            return self.empty(self.norm(x), self.up(x), self.act(x), self.down(x), self.scale)
        return self.second(x, x)
