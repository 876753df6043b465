# classes: First
# expect: S0
import math

import torch
import torch.nn.functional as F
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(F.gelu(torch.relu(h) * math.pi))
        h = self.act(h)
        return x + self.down(h)


SCALE = F.relu(torch.tensor(math.e))
