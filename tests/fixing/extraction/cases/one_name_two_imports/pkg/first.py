# classes: First
# expect: FX-SHADOW
from torch import nn
from torch.nn.functional import gelu


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.up(gelu(h))
        h = self.act(h)
        return x + self.down(h)
