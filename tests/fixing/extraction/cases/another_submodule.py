# classes: First Second
# expect: FX-ATTR-KEY
# Names of submodules are keys of the state dict: they are never parameters.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.bn(h)  # <- FX-ATTR-KEY
        return self.act(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)
        h = self.gn(h)
        return self.act(h)
