# classes: First
# expect: S0
from typing import Optional

import torch
from torch import Tensor, nn

from ._first_shared import _first_forward


class First(nn.Module):
    def forward(self, x: Tensor, mask: Optional[torch.Tensor] = None) -> Tensor:
        return _first_forward(self, x, mask)
