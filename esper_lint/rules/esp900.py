"""ESP900: files that cannot be read, decoded or parsed, and so were not compared."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_PYTHON_2 = """
from torch import nn


class Scale(nn.Module):
    def __init__(self, factor):
        super(Scale, self).__init__()
        self.factor = factor

    def forward(self, x):
        print "scaling by", self.factor  # expect: ESP900
        return x * self.factor
"""

_UNCLOSED = """
from torch import nn


class Scale(nn.Module):
    def forward(self, x):
        return x * (self.factor  # expect: ESP900
"""

_PYTHON_3 = """
from torch import Tensor, nn


class Scale(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        print("scaling by", self.factor)
        return x * self.factor
"""

RULE = Rule(
    code="ESP900",
    name="unreadable-file",
    severity=Severity.P2,
    summary="A file cannot be read, decoded or parsed.",
    what="""
Reports a file that could hold modules but that cannot be opened, is not text in its declared encoding, or is not valid
Python for the interpreter that esper-lint runs on. The finding stands on the line that the parser stopped at. The run
goes on with the other files.
""",
    why="""
Modules in such a file are compared with nothing, so copies in it go unseen, and a clean report would promise more than
was checked.
""",
    use_instead="""
Mend the file, run esper-lint on a newer interpreter, or leave the file out with `exclude`.
""",
    invalid=({"scale.py": _PYTHON_2}, {"scale.py": _UNCLOSED}),
    valid=({"scale.py": _PYTHON_3},),
    options=("exclude", "respect-gitignore", "include-generated"),
    references=("[PEP 263](https://peps.python.org/pep-0263/), how a Python file declares its encoding",),
)
