# classes: Second
"""Doc."""
# Copyright.
import torch
from torch import nn


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(h)
        h = self.act(h)
        return x + self.down(h)
