# classes: First Second
# expect: S0
from typing import Any

from torch import Tensor, nn

class Mask:
    pass


def _first_forward(module: Any, x: Tensor, mask: Mask) -> Tensor:
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h, mask)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x: Tensor, mask: Mask = None) -> Tensor:
        return _first_forward(self, x, mask)


class Second(nn.Module):
    def forward(self, x: Tensor, mask: Mask = None) -> Tensor:
        return _first_forward(self, x, mask)
