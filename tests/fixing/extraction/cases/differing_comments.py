# classes: First Second
# expect: FX-COMMENT
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(self.down(self.mix(x, self.left(x), self.right(x))))), self.width, self.depth, self.scale)  # wide  # <- FX-COMMENT
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(self.down(self.mix(x, self.left(x), self.right(x))))), self.width, self.depth, self.scale)  # narrow
        return self.second(h, x)
