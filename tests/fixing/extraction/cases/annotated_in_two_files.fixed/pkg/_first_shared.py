"""What forwards of several modules share."""

from __future__ import annotations

from typing import Any, Optional

import torch
from torch import Tensor


def _first_forward(module: Any, x: Tensor, mask: Optional[torch.Tensor]) -> Tensor:
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h, mask)
    return x + module.down(h)
