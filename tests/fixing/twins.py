"""A file with two modules that share their forward and little else, which can be fixed, and a package of such."""

from __future__ import annotations

from tests.trees import BODY

_HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
_CLASS = """

class {name}(nn.Module):
    def __init__(self, dim{arguments}):
        super().__init__()
{constructor}
    def forward(self, x):
"""
_PLAIN = """\
        self.heads = 4
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
"""
_WIDE = """\
        if heads < 1 or dim % heads:
            raise ValueError(f"{heads} heads do not share {dim} features")
        self.heads = heads
        self.scale = nn.Parameter(torch.full((dim // heads,), 0.5))
        self.register_buffer("seen", torch.zeros(1, dtype=torch.long), persistent=False)
        self.qkv = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 3 * dim, bias=False), nn.Dropout(rate))
        self.out = nn.Sequential(nn.Linear(dim, dim), nn.Dropout(rate))
"""


def twins(first: str = "Plain", second: str = "Wide", *, body: str = BODY, other: str | None = None) -> str:
    """A file of two modules; ``body`` is the forward of both, or of the first one and ``other`` of the second."""
    plain = _CLASS.format(name=first, arguments="", constructor=_PLAIN)
    wide = _CLASS.format(name=second, arguments=", heads, rate", constructor=_WIDE)
    return f"{_HEAD}{plain}{body}{wide}{other or body}"


def spread(count: int) -> dict[str, str]:
    """Files of a package with one module each, all with one forward: ``fix --unsafe-fixes`` adds a file for it."""
    kinds = ("", _PLAIN), (", heads, rate", _WIDE)
    files = {"models/__init__.py": ""}
    for number in range(count):
        arguments, constructor = kinds[number % 2]
        module = _CLASS.format(name=f"Model{number}", arguments=arguments, constructor=constructor)
        files[f"models/model_{number}.py"] = f"{_HEAD}\nACTIVATION = F.gelu\n{module}{BODY}"
    return files
