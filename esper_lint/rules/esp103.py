"""ESP103: duplicated forwards of which one is the fallback for a feature that may be missing."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_GUARDED = """
import torch
import torch.nn.functional as F
from torch import Tensor, nn

try:
    from torch.nn.attention.flex_attention import flex_attention

    HAS_FLEX = True
except ImportError:
    HAS_FLEX = False


if HAS_FLEX:

    class Attention(nn.Module):
        def __init__(self, dim: int, heads: int) -> None:
            super().__init__()
            self.heads = heads
            self.qkv = nn.Linear(dim, 3 * dim)
            self.proj = nn.Linear(dim, dim)

        def forward(self, x: Tensor) -> Tensor:  # expect: ESP103
            batch, length, dim = x.shape
            qkv = self.qkv(x).reshape(batch, length, 3, self.heads, dim // self.heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            out = flex_attention(q, k, v)
            out = out.transpose(1, 2).reshape(batch, length, dim)
            return x + self.proj(out)

else:

    class Attention(nn.Module):
        def __init__(self, dim: int, heads: int) -> None:
            super().__init__()
            self.heads = heads
            self.qkv = nn.Linear(dim, 3 * dim)
            self.proj = nn.Linear(dim, dim)

        def forward(self, x: Tensor) -> Tensor:  # expect: ESP103
            batch, length, dim = x.shape
            qkv = self.qkv(x).reshape(batch, length, 3, self.heads, dim // self.heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            out = F.scaled_dot_product_attention(q, k, v)
            out = out.transpose(1, 2).reshape(batch, length, dim)
            return x + self.proj(out)
"""

_GUARD_ON_THE_CALL = """
import torch.nn.functional as F
from torch import Tensor, nn

try:
    from torch.nn.attention.flex_attention import flex_attention

    HAS_FLEX = True
except ImportError:
    HAS_FLEX = False


if HAS_FLEX:

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return flex_attention(q, k, v)

else:

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v)


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, dim = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = attend(q, k, v).transpose(1, 2).reshape(batch, length, dim)
        return x + self.proj(out)
"""

RULE = Rule(
    code="ESP103",
    name="duplicate-fallback",
    severity=Severity.P2,
    summary="The forward of a fallback module repeats a forward that runs when the feature is there.",
    what="""
Reports what ESP101 and ESP102 report, in the case where a guard decides which copy exists: the copies sit in opposite
branches of one `if HAS_X`, `try`/`except ImportError`, `sys.version_info` or `torch.__version__` condition, or one of
them is the fallback for a feature that another one uses. The message names the guard.
""",
    why="""
On any one machine only one of the copies runs, so no test run sees both. They drift apart unnoticed, until a checkpoint
written where the feature exists is loaded where it does not, and the model answers differently.
""",
    use_instead="""
Put the guard round what really differs, usually one call, and keep one module. Parameter names, shapes and order are
then the same on both sides by construction. Where two modules must stay, say so with `# noqa: ESP103` on both
`def forward` lines and test both branches.
""",
    fix_safety="""
`esper-lint fix` moves what all copies have into helpers outside the guard, and leaves what differs in each `forward`;
a helper never names anything that is bound under a guard, so the fallback still runs where the feature is missing. In
one file this is SAFE: the behaviour in eager mode, `state_dict`, initialisation and hooks are unchanged, which is
proved before anything is written. Across files it is UNSAFE (`--unsafe-fixes`). Where the project's requirements
decide the guard, so that one branch never runs, `esper-lint fix` says so, and edits nothing for it. See
`docs/fix-safety.md`.
""",
    invalid=({"attention.py": _GUARDED},),
    valid=({"attention.py": _GUARD_ON_THE_CALL},),
    options=("threshold", "min-size", "min-size-renamed", "min-size-renamed-near"),
    references=(
        "J. Krinke, *A Study of Consistent and Inconsistent Changes to Code Clones*, WCRE 2007: how copies drift",
        "E. Juergens et al., *Do Code Clones Matter?*, ICSE 2009: faults from inconsistent changes",
    ),
)
