# classes: First Second
# expect: S0
# The helper stands above the guard, not in it.
import torch
from torch import nn

HAS_FLASH = hasattr(nn.functional, "scaled_dot_product_attention")


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)


# Either of these.
if HAS_FLASH:

    class First(nn.Module):
        def forward(self, x):
            return _first_forward(self, x)

else:

    class Second(nn.Module):
        def forward(self, x):
            return _first_forward(self, x)
