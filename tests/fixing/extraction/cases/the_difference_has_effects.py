# classes: First Second
# expect: FX-EFFECT-ORDER
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        self.note(h)  # <- FX-EFFECT-ORDER
        return self.act(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        return self.act(h)
