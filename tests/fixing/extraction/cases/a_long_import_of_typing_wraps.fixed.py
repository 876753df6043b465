# classes: First Second
# expect: S0
# options: width=60
from typing import (
    Any,
    Callable,
    Dict,
    List,
    Optional,
    Tuple,
)

from torch import Tensor, nn

Sizes = Callable[[Dict[str, List[int]]], Optional[Tuple[int]]]


def _first_forward(module: Any, x: Tensor) -> Tensor:
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _first_forward(self, x)


class Second(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _first_forward(self, x)
