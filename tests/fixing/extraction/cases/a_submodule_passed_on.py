# classes: First Second
# expect: FX-ATTR-KEY
# A submodule is no value, wherever it stands.
import torch
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = torch.utils.checkpoint.checkpoint(self.left, h)  # <- FX-ATTR-KEY
        return x + self.down(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = torch.utils.checkpoint.checkpoint(self.right, h)
        return x + self.down(h)
