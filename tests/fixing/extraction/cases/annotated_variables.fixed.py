# classes: First Second
# expect: S1
from typing import Any

from torch import Tensor, nn


def _first_start(module: Any, x: Tensor) -> tuple[Any, Any, Tensor]:
    """Start of the forward of First and Second."""
    batch, length, width = x.shape
    h: Tensor = module.norm(x)
    h = module.up(h).reshape(batch, length, width)
    update: Tensor = module.down(module.act(h))
    return batch, length, update


class First(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        batch, length, update = _first_start(self, x)
        return self.first(update).reshape(batch, length)


class Second(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        batch, length, update = _first_start(self, x)
        return self.second(update, x).reshape(batch, length)
