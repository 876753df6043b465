# classes: First Second
# expect: FX-FRAME
from torch import nn


class First(nn.Module):
    def forward(self, x):
        self.warn(f'{x}', stacklevel=2, shape=self.norm(self.up(self.act(x))), scale=self.scale, width=self.width)  # <- FX-FRAME
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        self.warn(f'{x}', stacklevel=2, shape=self.norm(self.up(self.act(x))), scale=self.scale, width=self.width)
        return self.second(x, x)
