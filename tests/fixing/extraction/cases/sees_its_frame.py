# classes: First Second
# expect: FX-FRAME
from torch import nn


class First(nn.Module):
    def forward(self, x):
        self.note(locals(), self.norm(self.up(self.act(x))), self.scale, self.down(x), self.width, self.depth, x)  # <- FX-FRAME
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        self.note(locals(), self.norm(self.up(self.act(x))), self.scale, self.down(x), self.width, self.depth, x)
        return self.second(x, x)
