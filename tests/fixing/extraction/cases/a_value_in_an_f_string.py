# classes: First Second
# expect: FX-EFFECT-ORDER
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(x)))
        self.note(f'first {h}')  # <- FX-EFFECT-ORDER
        return h


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(self.up(self.act(x)))
        self.note(f'second {h}')
        return h
