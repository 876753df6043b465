"""ESP202: comments and baseline entries that no longer silence anything."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_LEFT_OVER = """
import torch.nn.functional as F
from torch import Tensor, nn


class Pooler(nn.Module):
    def __init__(self, dim: int, classes: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, 1)
        self.head = nn.Linear(dim, classes)

    def forward(self, x: Tensor) -> Tensor:  # noqa: ESP101  # expect: ESP202
        weights = F.softmax(self.query(x), dim=1)
        pooled = (weights * x).sum(dim=1)
        return self.head(pooled)
"""

_NO_COPY = _LEFT_OVER.replace("  # noqa: ESP101  # expect: ESP202", "")

_IN_USE = """
import torch
from torch import Tensor, nn


class GatedConv(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Conv1d(channels, 2 * channels, 3, padding=1)
        self.out = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.mix(x)
        value, gate = mixed.chunk(2, dim=1)
        gated = torch.tanh(value) * torch.sigmoid(gate)
        out = self.out(gated)
        return x + out


class GatedConvReference(nn.Module):
    \"\"\"Kept word for word: the numbers in the paper were made with it.\"\"\"

    def __init__(self) -> None:
        super().__init__()
        self.mix = torch.hub.load("lab/wavenet", "mix", trust_repo=True)
        self.out = torch.hub.load("lab/wavenet", "out", trust_repo=True)
        self.register_buffer("version", torch.tensor([1, 0, 3]))
        for parameter in self.parameters():
            parameter.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:  # noqa: ESP101
        mixed = self.mix(x)
        value, gate = mixed.chunk(2, dim=1)
        gated = torch.tanh(value) * torch.sigmoid(gate)
        out = self.out(gated)
        return x + out
"""

RULE = Rule(
    code="ESP202",
    name="unused-suppression",
    severity=Severity.P4,
    summary="A `noqa` comment with one of our codes, or an entry of the baseline, silences nothing.",
    what="""
Reports a `# noqa` comment that names a code of esper-lint on a line where that rule has nothing to report, and a code
in small letters, which neither flake8 nor esper-lint reads as one. A bare `# noqa` is left alone: it may be there for
another tool.

Reports, on its line in the baseline's file, an entry of which no member is in a group any more. Only a run that is
asked for that file too does so, by a folder that holds it: a run on a few files has no reason to speak of the others.

Where neither `roots` nor a table of settings says what belongs to the project, a run on a part of it reports neither:
the copy may lie in the other part.
""",
    why="""
The comment, or the entry, once said that a copy is known. With the copy gone, or changed beyond the threshold, it says
something that is not true, and it would silence the next copy without anybody having decided so.
""",
    use_instead="""
Delete the comment, or the code that is not needed. `esper-lint baseline --update` drops the entries.
""",
    invalid=({"pooler.py": _LEFT_OVER},),
    valid=({"pooler.py": _NO_COPY}, {"gated.py": _IN_USE}),
    options=("select", "ignore", "per-file-ignores", "baseline"),
    references=("[Ruff's RUF100](https://docs.astral.sh/ruff/rules/unused-noqa/), the same idea for its own codes",),
)
