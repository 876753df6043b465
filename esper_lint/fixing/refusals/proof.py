"""Refusals for fixes that would not be worth it, and for those that are not proved."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import file, module, twins
from esper_lint.fixing.refusals.values import Page

_HEAD = "import torch.nn.functional as F\nfrom torch import nn\n"
_SILU = """
y = F.silu(self.proj(self.norm(x)))
return x * y.mean(dim=1, keepdim=True) / x.shape[1]
"""
_POOLED = """\
def pooled(x):
    import torch.nn.functional as F  # refused: FX-CERT

    return F.avg_pool1d(x, 2)
"""
_FEW = """
y = self.norm(x)
y = self.proj(y).mean(dim=1)
return x * y / x.shape[1] + x
"""

PAGES = (
    Page(
        "FX-CERT",
        "The fix was planned, but not proved.",
        """
Every fix is proved before it is written, by code that shares nothing with what plans it: the helper is inlined back
into each forward and compared, and everything else in the files must be what it was. A plan without that certificate is
never written, whatever the options. The message says what failed: here the `F` that a function imports for itself would
redefine one that is left without a use.
""",
        """
Where the message names something of yours (an import made twice, a name that the file does not bind), mend that. Else
the planner and the proof disagree, which is a fault of esper-lint: please report it with the file.
""",
        {
            "blocks/__init__.py": "",
            "blocks/encoder.py": file(module("Encoder", _SILU), head=_HEAD),
            "blocks/decoder.py": file(module("Decoder", _SILU), _POOLED, head=_HEAD),
        },
    ),
    Page(
        "FX-NO-BENEFIT",
        "The fix would not make the code shorter and plainer.",
        """
- An extraction moves at least 3 statements, or 25 nodes of the syntax tree, and the file must have fewer nodes with the
  helper than without.
- A merge moves at least 25 nodes and a third of each class, and must leave the file at least 4 lines shorter.
- A fix after which the same forwards are still reported, or the classes newly are, is taken back.

Nothing else stood in the way: where something did, that is what is named instead.
""",
        """
Leave it. If the copies are meant, say so with a contract (`docs/contracts.md`) or a `noqa`; if not, the page of the
rule has another way.
""",
        {
            "blocks.py": file(
                module("Encoder", _FEW).replace("x):", "x):  # refused: FX-NO-BENEFIT"),
                module("Decoder", _FEW.replace("+ x", "- x")),
            )
        },
    ),
    Page(
        "FX-WIDE",
        "The helper would need too many inputs or results.",
        """
A helper has at most 6 inputs (`self` not counted, values that differ counted) and 4 results. With more, the call says
no less than the statements that it stands for. The boundaries of a helper are moved until this holds, if they can be.
""",
        """
Group what belongs together, in a tuple or a small class, or take the statements apart.
""",
        twins(
            """
a, b, c, d = x.unbind(1)  # refused: FX-WIDE
b, c, d = self.norm(b), self.norm(c), self.norm(d)
e = self.proj(a) * self.proj(b)
return a + b * c * d - e
""",
            """
a, b, c, d = x.unbind(1)
b, c, d = self.norm(b), self.norm(c), self.norm(d)
e = self.proj(a) * self.proj(b)
return a - b * c * d - e
""",
        ),
    ),
)
