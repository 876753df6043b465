# classes: First Second
# expect: S0
import math
from typing import Optional, Union

import torch
from torch import Tensor, nn


class First(nn.Module):
    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Union[Tensor, int]:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h, mask)
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Union[Tensor, int]:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h, mask)
        return x + self.down(h)
