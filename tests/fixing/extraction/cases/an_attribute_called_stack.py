# classes: First Second
# expect: S1
# ``torch.stack`` is not that of frames.
import torch
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = torch.stack(self.parts(x))
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = torch.stack(self.parts(x))
        h = self.up(h)
        h = self.act(h)
        h = self.down(h)
        return self.second(h, x)
