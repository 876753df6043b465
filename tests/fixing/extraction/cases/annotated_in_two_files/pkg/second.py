# classes: Second
from typing import Optional

import torch
from torch import Tensor, nn


class Second(nn.Module):
    def forward(self, x: Tensor, mask: Optional[torch.Tensor] = None) -> Tensor:
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h, mask)
        return x + self.down(h)
