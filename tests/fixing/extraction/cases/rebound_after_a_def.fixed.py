# classes: First Second
# expect: S1
# What the run binds on some ways only is a function before.
from torch import nn


def _first_proj_norm(module, x, attend):
    """Part of the forward of First and Second."""
    if module.fast:
        attend = module.quick
    x = attend(x) + module.proj(module.norm(x)) / x.shape[1]
    return x * module.scale + module.shift / x.shape[0]


class First(nn.Module):
    def forward(self, x):
        def attend(q):
            return q * 2

        x = self.first(x)
        x = _first_proj_norm(self, x, attend)
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        def attend(q):
            return q * 2

        x = self.second(x, x)
        x = _first_proj_norm(self, x, attend)
        return self.second(x, x)
