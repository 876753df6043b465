# classes: First Second
# expect: S0
"""Doc."""
from __future__ import annotations

import math

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
