# classes: First Second
# expect: FX-CTRL
from torch import nn


class First(nn.Module):
    async def forward(self, x):  # <- FX-CTRL
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    async def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
