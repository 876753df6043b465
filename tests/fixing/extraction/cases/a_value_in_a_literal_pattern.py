# classes: First Second
# expect: FX-EFFECT-ORDER
from torch import nn


class First(nn.Module):
    def forward(self, x):
        y = self.norm(x)
        match y:  # <- FX-EFFECT-ORDER
            case 1:
                y = self.norm(x)
        return y


class Second(nn.Module):
    def forward(self, x):
        y = self.norm(x)
        match y:
            case 2:
                y = self.norm(x)
        return y
