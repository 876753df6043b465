# classes: First Second
# expect: FX-MANGLE
from torch import nn


class First(nn.Module):
    def forward(self, x):
        x = self.__norm(self.up(self.act(x)), self.scale, self.down(x), self.width, self.depth, x)  # <- FX-MANGLE
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        x = self.__norm(self.up(self.act(x)), self.scale, self.down(x), self.width, self.depth, x)
        return self.second(x, x)
