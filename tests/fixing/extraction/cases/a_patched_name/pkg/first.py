# classes: First
# expect: FX-PATCHED
# options: patched=pkg.first.torch
import torch
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(torch.relu(h))  # <- FX-PATCHED
        h = self.act(h)
        return x + self.down(h)
