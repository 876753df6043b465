# classes: First Second
# expect: S0
# The helper stands above the guard, not in it.
import torch
from torch import nn

HAS_FLASH = hasattr(nn.functional, "scaled_dot_product_attention")

# Either of these.
if HAS_FLASH:

    class First(nn.Module):
        def forward(self, x):
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            return x + self.down(h)

else:

    class Second(nn.Module):
        def forward(self, x):
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            return x + self.down(h)
