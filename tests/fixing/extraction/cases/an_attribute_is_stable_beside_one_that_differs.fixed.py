# classes: First Second
# expect: S4
# options: with-attributes
# In S4 too: only one class sets ``half`` again, but both read the same attribute.
from torch import nn


def _first_forward(module, x, width):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.rotate(h, half=module.half)
    if module.half is not None:
        h = module.act(h)
    return x + module.down(h, width)


class First(nn.Module):
    def __init__(self, half):
        super().__init__()
        self.half = half
        self.width = 8
        self.depth = 4

    def forward(self, x):
        return _first_forward(self, x, width=self.width)


class Second(nn.Module):
    def __init__(self, half):
        super().__init__()
        self.half = half
        self.width = 8
        self.depth = 4

    def reset(self, half):
        self.half = half

    def forward(self, x):
        return _first_forward(self, x, width=self.depth)
