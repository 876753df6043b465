# classes: First Second
# expect: FX-SUPER
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = __class__.normalised(self.norm(self.up(self.act(x))), self.scale, self.down(x), self.width, self.depth)  # <- FX-SUPER
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        x = __class__.normalised(self.norm(self.up(self.act(x))), self.scale, self.down(x), self.width, self.depth)
        return self.second(x, x)
