# classes: First Second
# expect: S1
import torch
from torch import nn


class First(nn.Module):
    def forward(self, x, outer):
        with torch.no_grad(), torch.cuda.device(self.index) as outer:
            with torch.autocast("cuda") as (left, right):
                h = self.join(left, right)
            h = self.close(h, outer)
        return self.first(h, outer)


class Second(nn.Module):
    def forward(self, x, outer):
        with torch.no_grad(), torch.cuda.device(self.index) as outer:
            with torch.autocast("cuda") as (left, right):
                h = self.join(left, right)
            h = self.close(h, outer)
        return self.second(h, x, outer)
