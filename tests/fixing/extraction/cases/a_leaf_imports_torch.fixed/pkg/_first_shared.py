"""What forwards of several modules share."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(F.gelu(torch.relu(h) * math.pi))
    h = module.act(h)
    return x + module.down(h)
