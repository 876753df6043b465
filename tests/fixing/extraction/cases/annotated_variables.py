# classes: First Second
# expect: S1
from torch import Tensor, nn


class First(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        h: Tensor = self.norm(x)
        h = self.up(h).reshape(batch, length, width)
        update: Tensor = self.down(self.act(h))
        return self.first(update).reshape(batch, length)


class Second(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        h: Tensor = self.norm(x)
        h = self.up(h).reshape(batch, length, width)
        update: Tensor = self.down(self.act(h))
        return self.second(update, x).reshape(batch, length)
