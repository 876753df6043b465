"""A report on two small files, with the holes where the text has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from esper_lint.findings import FileError, Finding, Group, Hole, HoleKind, Report, Severity, Span, Summary, Suppressed
from tests.output.strategies import group_findings
from tests.rules.builders import FLEX, NO_FLEX, group, member

FILES = {
    "flex.py": """\
def forward(self, x):
    batch, length, dim = x.shape
    qkv = self.qkv(x)
    qkv = qkv.reshape(batch, length, 3, self.heads, -1)
    q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
    mask = self.mask(length)
    out = flex_attention(q, k, v)
    out = out.transpose(1, 2)
    out = out.reshape(batch, length, dim)
    out = self.proj(out)
    return x + out
""",
    "plain.py": """\
class Plain(nn.Module):
    def forward(self, x):
        batch, length, dim = x.shape
        qkv = self.qkv(x)
        qkv = qkv.reshape(batch, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(q, k, v)
        out = out.transpose(1, 2)
        out = out.reshape(batch, length, dim)
        out = self.proj(out)
        return x + out
""",
    "old.py": "class Old(nn.Module):\n    def forward(self, x):  # noqa: ESP101\n        return x\n",
}


def spot(path: str, text: str) -> Span:
    """Where a text that stands on one line stands in a sample file."""
    for number, line in enumerate(FILES[path].splitlines(), start=1):
        if text in line:
            column = line.index(text) + 1
            return Span(number, column, number, column + len(text))
    raise ValueError(text)


def hole(kind: HoleKind, flex: str, plain: str, plain_span: Span | None = None) -> Hole:
    return Hole(kind, (flex, plain), (spot("flex.py", flex), plain_span or spot("plain.py", plain)))


FLEX_GROUP: Group = group(
    member("Flex", "flex.py", 1, length=11, guard=FLEX),
    member("Plain", "plain.py", 2, length=10, similarity=0.8765432, guard=NO_FLEX),
    rule="ESP103",
    clone_type=3,
    holes=(
        hole(HoleKind.STATEMENTS, "mask = self.mask(length)", "", Span(7, 9, 7, 9)),
        hole(HoleKind.CALL, "flex_attention(q, k, v)", "F.scaled_dot_product_attention(q, k, v)"),
    ),
)
UNUSED = Finding("ESP202", None, "old.py", 2, 28, 2, "`# noqa: ESP101` silences nothing", "f1", Severity.P4)
ERROR = FileError("ESP900", "bad.py", 3, "invalid syntax")
UNREADABLE = Finding("ESP900", None, "bad.py", 3, 1, 3, "invalid syntax", "f2", Severity.P2)
SILENT = dataclasses.replace(
    group(member("S", "silent.py"), member("T", "silent.py", 9)), suppressed=Suppressed("noqa", "silent.py:1")
)
FINDINGS = (*group_findings(FLEX_GROUP), *group_findings(SILENT), UNUSED, UNREADABLE)
REPORT = Report(Summary(4, 5, 5, 2, len(FINDINGS)), (FLEX_GROUP, SILENT), FINDINGS, (ERROR,))


def sources(path: str) -> Sequence[str]:
    if path not in FILES:
        raise FileNotFoundError(path)
    return FILES[path].splitlines()
