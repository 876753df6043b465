# classes: create_first.Seed create_second.Seed
# expect: FX-CAPTURE
# The class itself is bound after it is made.
from project import make
from torch import nn


def create_first():
    class Seed(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth) * make(Seed)  # <- FX-CAPTURE
            return self.first(x)

    return Seed()


def create_second():
    class Seed(nn.Module):
        def forward(self, x):
            x = self.up(self.norm(self.act(x)), self.down(x), self.width, self.depth) * make(Seed)
            return self.second(x)

    return Seed()
