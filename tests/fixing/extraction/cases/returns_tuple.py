# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        q = self.query(self.norm(x))
        k = self.key(self.norm(x))
        v = self.value(self.norm(x))
        return self.attend(q, k, v)


class Second(nn.Module):
    def forward(self, x):
        q = self.query(self.norm(x))
        k = self.key(self.norm(x))
        v = self.value(self.norm(x))
        return q, k, v
