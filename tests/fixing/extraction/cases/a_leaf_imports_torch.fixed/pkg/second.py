# classes: Second
import math

import torch
import torch.nn.functional as F
from torch import nn

from ._first_shared import _first_forward


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)


SCALE = F.relu(torch.tensor(math.e))
