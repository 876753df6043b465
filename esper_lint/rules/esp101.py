"""ESP101: forwards that are the same code, up to layout, comments, renamed names and literals."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_VISION = """
import torch.nn.functional as F
from torch import Tensor, nn


class PatchAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:  # expect: ESP101
        batch, length, dim = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(q, k, v)
        out = out.transpose(1, 2).reshape(batch, length, dim)
        return x + self.proj(out)
"""

_TEXT = """
import torch.nn.functional as F
from torch import Tensor, nn

from .config import TextConfig


class TokenAttention(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        if config.width % config.heads != 0:
            raise ValueError(f"width {config.width} does not divide into {config.heads} heads")
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, config.width * 3, bias=config.bias)
        self.proj = nn.Linear(config.width, config.width, bias=config.bias)
        self.reset_parameters(config.std)

    def reset_parameters(self, std: float) -> None:
        for layer in (self.qkv, self.proj):
            nn.init.trunc_normal_(layer.weight, std=std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, hidden: Tensor) -> Tensor:  # expect: ESP101
        n, tokens, width = hidden.shape
        qkv = self.qkv(hidden).reshape(n, tokens, 3, self.heads, width // self.heads)
        # [3, batch, head, token, head width]
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(query, key, value)
        out = out.transpose(1, 2).reshape(n, tokens, width)
        return hidden + self.proj(out)
"""

_SHARED = """
import torch.nn.functional as F
from torch import Tensor, nn


def self_attention(x: Tensor, qkv: nn.Linear, proj: nn.Linear, heads: int) -> Tensor:
    batch, length, dim = x.shape
    q, k, v = qkv(x).reshape(batch, length, 3, heads, dim // heads).permute(2, 0, 3, 1, 4).unbind(0)
    out = F.scaled_dot_product_attention(q, k, v)
    return x + proj(out.transpose(1, 2).reshape(batch, length, dim))


class PatchAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self_attention(x, self.qkv, self.proj, self.heads)
"""

_RELATED = """
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(dim, dim // 4, 1)
        self.mix = nn.Conv2d(dim // 4, dim // 4, 3, padding=1)
        self.expand = nn.Conv2d(dim // 4, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.reduce(x).relu()
        hidden = self.mix(hidden).relu()
        return (x + self.expand(hidden)).relu()


class SqueezeExcite(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(dim, dim // 16), nn.ReLU(), nn.Linear(dim // 16, dim), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, _, _ = x.shape
        pooled = x.mean(dim=(2, 3))
        return x * self.gate(pooled).view(batch, channels, 1, 1)
"""

RULE = Rule(
    code="ESP101",
    name="duplicate-forward",
    severity=Severity.P3,
    summary="The forward of a module repeats the forward of another one.",
    what="""
Reports `forward` bodies that are the same code: equal to the last letter, equal but for comments and layout (a type 1
clone), or equal but for consistently renamed locals, renamed attributes of `self`, and literals (a type 2 clone).
Docstrings and annotations do not count. Every copy is reported, and each message names the nearest other one.
""",
    why="""
A fault in one copy is a fault in all of them, but it is found and mended in one. The copies then compute different
things under names that promise the same, and the difference shows as a model that trains a little worse, not as an
error.
""",
    use_instead="""
Move the body into a function and let each `forward` call it. Inheritance is not
needed, and the names and the order of the parameters, hence the checkpoints, stay as they are. Where the copy is
deliberate, say so with `# noqa: ESP101` on the `def forward` line.
""",
    fix_safety="""
`esper-lint fix` moves the whole body, or the runs of statements that all copies have, into a helper that takes the
module; each `forward` calls it. Constants and names of the module that differ become arguments. In one file this is
SAFE: the behaviour in eager mode, `state_dict`, initialisation and hooks are unchanged, which is proved before
anything is written. It is UNSAFE (`--unsafe-fixes`) where the copies stand in several files, which then import a new
module, and where a plain attribute of `self` differs and its value is passed. Copies that differ in the name of a
submodule are not fixed: these names are keys of the state dict. See `docs/fix-safety.md`.
""",
    invalid=({"vision.py": _VISION, "text.py": _TEXT},),
    valid=({"attention.py": _SHARED}, {"blocks.py": _RELATED}),
    options=("min-size", "min-size-renamed"),
    references=(
        "C. K. Roy, J. R. Cordy, *A Survey on Software Clone Detection Research*, Queen's University, 2007",
        "I. D. Baxter et al., *Clone Detection Using Abstract Syntax Trees*, ICSM 1998",
    ),
)
