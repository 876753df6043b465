# classes: First Second
# expect: FX-GRAPH
from torch import nn


class Base(nn.Module):
    def checked(self, x):
        return self.item(x)

    def item(self, x):
        return x.mean().item()


class First(Base):
    def forward(self, x):
        h = self.checked(self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale))  # <- FX-GRAPH
        return self.first(h)


class Second(Base):
    def forward(self, x):
        h = self.checked(self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale))
        return self.second(h, x)
