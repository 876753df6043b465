# classes: First Second
# expect: FX-FRAME
import sys

from torch import nn


class First(nn.Module):
    def forward(self, x):
        self.caller = self.find(sys._getframe(1), self.norm(self.up(self.act(x))), self.scale, self.width, x)  # <- FX-FRAME
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        self.caller = self.find(sys._getframe(1), self.norm(self.up(self.act(x))), self.scale, self.width, x)
        return self.second(x, x)
