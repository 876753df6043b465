# classes: First Second
# expect: S0
from torch import Tensor, nn


class First(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h, mask)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h, mask)
        return x + self.down(h)
