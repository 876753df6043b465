# classes: First Second
# expect: S0
from torch import nn


def _first_forward(module, x):
    """Forward of First and Second."""
    if module.training:
        noise = module.noise(x, module.width)
    x = module.proj(module.norm(x)) / x.shape[1]
    if module.training:
        return x + noise
    return x


class First(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)


class Second(nn.Module):
    def forward(self, x):
        return _first_forward(self, x)
