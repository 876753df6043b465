"""Short forms of the examples: most codes need two classes with nearly the same forward, and no more."""

from __future__ import annotations

import re
import textwrap

_MARK = re.compile(r" *# refused: .*")
_TORCH = "from torch import nn\n"
_CONSTRUCTOR = """\
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.proj = nn.Linear(dim, dim)

"""

NORMED = """
y = self.norm(x)
y = self.proj(y).relu()
return x * y.mean(dim=1, keepdim=True) / x.shape[1]
"""
"""A forward that an extraction takes as a whole."""


def module(name: str, forward: str, *, parameters: str = "self, x", has_constructor: bool = False) -> str:
    """A class whose forward has this body."""
    constructor = _CONSTRUCTOR if has_constructor else ""
    body = textwrap.indent(forward.strip("\n"), "        ")
    return f"class {name}(nn.Module):\n{constructor}    def forward({parameters}):\n{body}\n"


def file(*parts: str, head: str = _TORCH) -> str:
    """Imports and definitions, two blank lines between them."""
    return "\n\n".join((head, *parts))


def unmarked(text: str) -> str:
    """The text without the marks of refused lines."""
    return _MARK.sub("", text)


def twins(forward: str, other: str = "", *, head: str = _TORCH) -> dict[str, str]:
    """A file with two classes: the forward of the second is ``other``, or that of the first without the mark."""
    second = other or unmarked(forward)
    return {"blocks.py": file(module("Encoder", forward), module("Decoder", second), head=head)}
