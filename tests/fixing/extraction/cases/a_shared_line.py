# classes: First Second
# expect: FX-COMMENT
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(self.down(self.mix(x, self.left(x), self.right(x))))), self.width, self.depth, self.scale); y = h  # <- FX-COMMENT
        return self.first(h, y)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(self.down(self.mix(x, self.left(x), self.right(x))))), self.width, self.depth, self.scale); y = x
        return self.second(h, y)
