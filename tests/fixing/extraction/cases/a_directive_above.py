# classes: First Second
# expect: FX-DIRECTIVE
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(self.down(self.mix(x, self.left(x), self.right(x))))), self.width, self.depth, self.scale)  # <- FX-DIRECTIVE
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        # fmt: off
        h = self.norm(self.up(self.act(self.down(self.mix(x, self.left(x), self.right(x))))), self.width, self.depth, self.scale)
        return self.second(h, x)
