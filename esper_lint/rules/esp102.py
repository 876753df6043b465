"""ESP102: forwards that are alike over the threshold, but differ in an expression or a statement."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_ENCODER = """
import torch
from torch import Tensor, nn


class EncoderBlock(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, dropout=dropout, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:  # expect: ESP102
        residual = x
        x = self.norm1(x)
        x, _ = self.attention(x, x, x, key_padding_mask=padding, need_weights=False)
        x = residual + self.dropout(x)
        residual = x
        x = self.norm2(x)
        x = self.mlp(x)
        return residual + self.dropout(x)
"""

_PRUNED = """
import torch
from torch import Tensor, nn

from .config import PrunedConfig


class PrunedBlock(nn.Module):
    def __init__(self, config: PrunedConfig, depth: int) -> None:
        super().__init__()
        width = config.widths[depth]
        norm = nn.LayerNorm if config.norm == "layer" else nn.RMSNorm
        self.norm1 = norm(width, eps=config.eps)
        self.norm2 = norm(width, eps=config.eps)
        self.attention = config.attention(width, config.heads[depth], batch_first=True)
        self.mlp = config.feed_forward(width, hidden=config.hidden[depth], activation=config.activation)
        self.dropout = nn.Identity() if config.frozen else nn.Dropout(config.dropout * depth / len(config.widths))
        if config.frozen:
            for parameter in self.parameters():
                parameter.requires_grad_(False)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:  # expect: ESP102
        residual = x
        x = self.norm1(x)
        x, _ = self.attention(x, x, x, key_padding_mask=padding, need_weights=False)
        x = residual + self.dropout(x)
        residual = x
        x = self.norm2(x)
        x = torch.clamp(x, -8.0, 8.0)
        x = self.mlp(x)
        return residual + self.dropout(x)
"""

_SHARED = """
from collections.abc import Callable

from torch import Tensor, nn


def residual_branch(x: Tensor, norm: nn.Module, branch: Callable[[Tensor], Tensor], dropout: nn.Module) -> Tensor:
    return x + dropout(branch(norm(x)))


class EncoderBlock(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, dropout=dropout, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        def attend(x: Tensor) -> Tensor:
            return self.attention(x, x, x, key_padding_mask=padding, need_weights=False)[0]

        x = residual_branch(x, self.norm1, attend, self.dropout)
        return residual_branch(x, self.norm2, self.mlp, self.dropout)
"""

RULE = Rule(
    code="ESP102",
    name="near-duplicate-forward",
    severity=Severity.P3,
    summary="The forward of a module repeats the forward of another one with small changes.",
    what="""
Reports `forward` bodies that agree over the threshold (a type 3 clone): the same code with an expression, a call or a
few statements changed, added or left out. The message says in how many places the copies differ and shows what stands
there; consistently renamed locals and attributes count as agreement.
""",
    why="""
A near copy is where copies go: somebody changed one and could not know of the other. Either the change belongs in both,
and then one of them is wrong, or it is the whole point of the second module, and then it drowns in lines that say
nothing new.
""",
    use_instead="""
Share what the copies have in common and pass in what differs, as a submodule, a function or an argument. Where they are
meant to go separate ways, say so with `# noqa: ESP102` on the `def forward` line.
""",
    fix_safety="""
`esper-lint fix` moves the statements that all copies have into one or more helpers that take the module. What differs
stays where it is, in each `forward`, between the calls; only constants and names of the module become arguments. In
one file this is SAFE: the behaviour in eager mode, `state_dict`, initialisation and hooks are unchanged, which is
proved before anything is written. It is UNSAFE (`--unsafe-fixes`) across files, and where a plain attribute of `self`
is passed. A fix that would leave the copies reported is not made. See `docs/fix-safety.md`.
""",
    invalid=({"encoder.py": _ENCODER, "pruned.py": _PRUNED},),
    valid=({"encoder.py": _SHARED},),
    options=("threshold", "group-threshold", "min-size", "min-size-renamed", "min-size-renamed-near"),
    references=(
        "C. K. Roy, J. R. Cordy, *NICAD: Accurate Detection of Near-Miss Intentional Clones*, ICPC 2008",
        "P. Bulychev, M. Minea, *Duplicate Code Detection Using Anti-Unification*, SYRCoSE 2008: templates and holes",
    ),
)
