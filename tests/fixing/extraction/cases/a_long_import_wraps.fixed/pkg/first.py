# classes: First
# expect: S2
# options: width=60
from torch import nn

from ._first_shared import (
    _first_end,
    _first_part,
    _first_start,
)


class First(nn.Module):
    def forward(self, x):
        h = _first_start(self, x)
        h = self.first(h)
        y = _first_part(self, h)
        y = self.first(y)
        return _first_end(self, y)
