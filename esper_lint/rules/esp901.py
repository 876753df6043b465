"""ESP901: a file that was compared with itself only, since the rest of the tree was not ready in time."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_ENCODER = """\
import torch  # expect: ESP901
from torch import Tensor, nn


class EncoderGate(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Conv1d(channels, 2 * channels, 3, padding=1)
        self.out = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.mix(x)
        value, gate = mixed.chunk(2, dim=1)
        gated = torch.tanh(value) * torch.sigmoid(gate)
        return x + self.out(gated)
"""

_DECODER = _ENCODER.replace("EncoderGate", "DecoderGate")


def _compared(source: str) -> str:
    """The same file once the index is there: its copy in the other file is found."""
    silent = source.replace("  # expect: ESP901", "")
    return silent.replace("-> Tensor:\n", "-> Tensor:  # expect: ESP104\n")


RULE = Rule(
    code="ESP901",
    name="index-incomplete",
    severity=Severity.P3,
    summary="A file was compared with itself only: the comparison of the whole tree was not ready in time.",
    what="""
Reports, on its first line, a file whose copies in other files could not be looked for, and names the command to run.
Only flake8 can come to that: it is expected to answer quickly, so the first comparison of a large tree may take it no
longer than `cold-start-limit`, and after that only the copies within the file are reported. The command line takes the
time that it needs and never has cause to report this.

flake8 does not print this code unless it is asked to, with `extend-select = ESP901` among its own settings: the clones
that it did find are right, and the next run of `esper-lint` or of flake8 on a ready index finds the others.
""",
    why="""
A clean answer that looked at one file alone promises more than was checked.
""",
    use_instead="""
Run `esper-lint index` once, or after a large change, such as in the step before flake8 of a continuous integration.
What it learns is kept, and flake8 answers in full. Or let flake8 take its time, with `cold-start-limit = 0`.
""",
    invalid=({"encoder.py": _ENCODER, "decoder.py": _DECODER},),
    valid=({"encoder.py": _compared(_ENCODER), "decoder.py": _compared(_DECODER)},),
    options=("cold-start-limit", "cache-dir"),
    default_on=False,
)
