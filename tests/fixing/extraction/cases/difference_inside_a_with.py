# classes: First Second
# expect: S1
import torch
from torch import nn


class First(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
            h = self.first(h)
        return h


class Second(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            h = self.norm(x)
            h = self.up(h)
            h = self.act(h)
            h = self.down(h)
            h = self.second(h, x)
        return h
