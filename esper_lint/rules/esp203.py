"""ESP203: a commit that changed one copy and not the others."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_ENCODER = """
import torch.nn.functional as F
from torch import Tensor, nn


class EncoderAttention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, dim = x.shape
        qkv = self.qkv(x).reshape(batch, length, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(q, k, v)
        out = out.transpose(1, 2).reshape(batch, length, dim)
        return x + self.proj(out)
"""

_DECODER = _ENCODER.replace("EncoderAttention", "DecoderAttention")


def _mended(source: str) -> str:
    """The mask that was forgotten is used."""
    return source.replace("attention(q, k, v)", "attention(q, k, v, attn_mask=mask)")


def _reported(source: str) -> str:
    return source.replace("-> Tensor:\n", "-> Tensor:  # expect: ESP203\n")


RULE = Rule(
    code="ESP203",
    name="one-sided-change",
    severity=Severity.P2,
    summary="A commit changed some copies of a group and not the others.",
    what="""
Reports, for the members of a group of ESP101 to ESP104, the commits that changed some of them and not the others since
they last agreed: on the member that was changed, and on each copy in which the change is missing. Nobody needs to have
declared that the copies belong together: what git remembers of them is evidence enough. Files that were renamed, and
classes that were renamed or moved to another file, are followed.

Two members agree where they are a clone of type 1 or 2: equal but for comments, layout, consistent renaming and
literals. Where they agree today, a commit that changed nothing but a literal in one of them is reported too. Members
that never agreed are not reported, nor are those that agree now, in whatever order the changes were made.

It is off by default: it runs git, and needs its history. [one-sided.md](../one-sided.md) has the details.
""",
    why="""
The fault that is mended in one copy and stays in the others is what duplication costs. Whoever mends it may not know
of the others, and nobody sees it later: the copies just differ.
""",
    use_instead="""
Make the change in the other copies too, or undo it. Where the copies are meant to part ways, say so with
`# noqa: ESP203` on the `def forward` line.
""",
    invalid=({"encoder.py": _reported(_mended(_ENCODER)), "decoder.py": _reported(_DECODER)},),
    valid=({"encoder.py": _mended(_ENCODER), "decoder.py": _mended(_DECODER)},),
    options=("select",),
    references=(
        "E. Juergens, F. Deissenboeck, B. Hummel, S. Wagner, *Do Code Clones Matter?*, ICSE 2009: nearly every second "
        "unintentional inconsistent change to a clone was a fault",
    ),
    default_on=False,
    before={"encoder.py": _ENCODER, "decoder.py": _DECODER},
)
