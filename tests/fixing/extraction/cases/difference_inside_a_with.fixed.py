# classes: First Second
# expect: S1
import torch
from torch import nn


def _first_part(module, x):
    """Part of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


class First(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            h = _first_part(self, x)
            h = self.first(h)
        return h


class Second(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            h = _first_part(self, x)
            h = self.second(h, x)
        return h
