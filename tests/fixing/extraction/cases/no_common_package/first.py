# classes: First
# expect: FX-CYCLE
# options: no-package
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
