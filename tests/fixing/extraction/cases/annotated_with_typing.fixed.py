# classes: First Second
# expect: S0
import math
from typing import Any, Optional, Union

import torch
from torch import Tensor, nn


def _first_forward(
    module: Any, x: Tensor, mask: Optional[Tensor]
) -> Union[Tensor, int]:
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h, mask)
    return x + module.down(h)


class First(nn.Module):
    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Union[Tensor, int]:
        return _first_forward(self, x, mask)


class Second(nn.Module):
    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Union[Tensor, int]:
        return _first_forward(self, x, mask)
