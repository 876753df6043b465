# classes: First Second
# expect: FX-TRY
from torch import nn


class First(nn.Module):
    def forward(self, x):
        with self.scope(x):
            x = self.norm(x)  # <- FX-TRY
            x = self.up(x)
            x = self.act(x)
            x = self.down(x)
            x = self.first(x)
        return x


class Second(nn.Module):
    def forward(self, x):
        with self.scope(x):
            x = self.norm(x)
            x = self.up(x)
            x = self.act(x)
            x = self.down(x)
            x = self.second(x, x)
        return x
