"""ESP201: members of a contract that no longer agree."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_MODULE = """
import torch.nn.functional as F
from torch import Tensor, nn


# esper: lockstep(pooling) reason="version isolation"
class PoolerV1(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights = F.softmax(self.query(x), dim=1)
        pooled = (weights * x).sum(dim=1)
        return F.layer_norm(pooled, pooled.shape[-1:])


# esper: lockstep(pooling) of=poolers:PoolerV1 map=query->score
class PoolerV2(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.score = nn.Linear(dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights = F.softmax(self.score(x), dim=1)
        pooled = (weights * x).sum(dim=1)
        return F.layer_norm(pooled, pooled.shape[-1:])
"""

_FIRST, _SECOND = _MODULE.split("# esper: lockstep(pooling) of", 1)
_SUM, _MEAN = (
    "        pooled = (weights * x).sum(dim=1)\n",
    "        pooled = (weights * x).mean(dim=1)  # expect: ESP201\n",
)
_BROKEN = (
    _FIRST.replace(_SUM, _SUM.replace("\n", "  # expect: ESP201\n"))
    + "# esper: lockstep(pooling) of"
    + _SECOND.replace(_SUM, _MEAN)
)

RULE = Rule(
    code="ESP201",
    name="lockstep-broken",
    severity=Severity.P1,
    summary="Members of a contract no longer agree.",
    what="""
A class, method or function under a contract is not what the member that it follows is, once that one's identifiers are
renamed as `map=` says. The finding stands on the first line that differs, and another one at the member that it
follows, so that whoever edits either side is told, whichever file is checked. Layout,
comments, docstrings, and the decorators and name of the definition itself do not count; neither does what stands in a
gap.

The page on contracts has the grammar of the comments: `docs/contracts.md`.
""",
    why="""
The contract says that the duplicate is deliberate and that its copies stay equal. Where they no longer do, a fix was
made in one place only, or the copies have parted for good and the contract is no longer true.
""",
    use_instead="""
Make the same change in the other members (`esper-lint fix` copies it over from the member that is followed), put what
must differ into a gap, or remove the contract.
""",
    fix_safety="""
`esper-lint fix` makes the member what the one that it follows is, where they differ, with the renames of the contract.
It is written without being asked twice, as the contract says that the members are equal; but nothing knows which side
is right, so look at `--diff` first. See `docs/fixing.md`.
""",
    invalid=({"poolers.py": _BROKEN},),
    valid=({"poolers.py": _MODULE},),
    options=("copied-from",),
    references=(
        "[check_copies](https://github.com/huggingface/transformers/blob/main/utils/check_copies.py), the tool behind"
        " `# Copied from` in transformers",
    ),
)
