"""What forwards of several modules share."""

from __future__ import annotations


def _first_start(module, x):
    """Start of the forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return module.down(h)


def _first_part(module, h):
    """Part of the forward of First and Second."""
    y = module.norm(h)
    y = module.up(y)
    y = module.act(y)
    return module.down(y)


def _first_end(module, y):
    """End of the forward of First and Second."""
    y = module.norm(y)
    y = module.up(y)
    y = module.act(y)
    y = module.down(y)
    return y
