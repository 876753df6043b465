# classes: First Second
# expect: S0
# options: width=60
from typing import Callable, Dict, List, Optional, Tuple

from torch import Tensor, nn

Sizes = Callable[[Dict[str, List[int]]], Optional[Tuple[int]]]


class First(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
