# classes: First Second
# expect: S1
from torch import nn


class First(nn.Module):
    def forward(self, x):
        try:
            h = self.fast(x)
        except (RuntimeError, ValueError) as error:
            self.note(error)
            h = self.slow(x)
        else:
            self.count = self.count + 1
        finally:
            self.close(x)
        return self.first(h)


class Second(nn.Module):
    def forward(self, x):
        try:
            h = self.fast(x)
        except (RuntimeError, ValueError) as error:
            self.note(error)
            h = self.slow(x)
        else:
            self.count = self.count + 1
        finally:
            self.close(x)
        return self.second(h, x)
