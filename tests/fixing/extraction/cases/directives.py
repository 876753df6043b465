# classes: First Second
# expect: S1
# Directives of a statement move with it.
from torch import nn


class First(nn.Module):
    def forward(self, x):
        h = self.norm(x)  # type: ignore[operator]
        h = self.up(h)
        h = self.act(h)  # noqa: E501
        h = self.down(h)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        h = self.norm(x)  # type: ignore[operator]
        h = self.up(h)
        h = self.act(h)  # noqa: E501
        h = self.down(h)
        return self.second(h, x)
