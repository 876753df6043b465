# classes: First
# expect: S0
from torch import nn
from ._builder import build
from ._first_shared import _first_forward
from .zoo import Zoo


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)
