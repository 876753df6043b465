"""What forwards of several modules share."""

from __future__ import annotations


def _first_forward(module, x):
    """Forward of First and Second."""
    h = module.norm(x)
    h = module.up(h)
    h = module.act(h)
    return x + module.down(h)
