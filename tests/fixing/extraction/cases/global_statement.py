# classes: First Second
# expect: FX-CTRL
from torch import nn

calls = 0


class First(nn.Module):
    def forward(self, x):
        global calls  # <- FX-CTRL
        calls += self.size(x) + self.norm(x) + self.scale
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        global calls
        calls += self.size(x) + self.norm(x) + self.scale
        return self.second(x, x)
