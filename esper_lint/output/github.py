"""Workflow commands, which GitHub shows as annotations: ``::warning file=…,line=…,title=…::message``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from esper_lint.findings import Finding, Report, Severity
from esper_lint.output.encoding import well_formed
from esper_lint.output.format import Sources, Style, ordered
from esper_lint.rules import RULES
from esper_lint.rules.excerpt import printable

# https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
SHOWN = 10  # annotations of each level and step; what comes later is in the log only

_LEVELS = {
    Severity.P0: "error",
    Severity.P1: "error",
    Severity.P2: "warning",
    Severity.P3: "notice",
    Severity.P4: "notice",
}
# The runner undoes these, the percent sign last (ActionCommand.cs).
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    """The gravest first, so that they are the ones shown; before them, if not all can be shown, how many there are."""
    findings = sorted(ordered(report.active), key=lambda finding: finding.severity.value)
    yield from _summary(findings)
    for finding in findings:
        rule = RULES[finding.rule]
        properties = {
            "file": well_formed(finding.path),
            "line": str(finding.line),
            "col": str(finding.column),
            "endLine": str(finding.line),
            "title": f"{rule.code} {rule.name}",
        }
        yield _command(_LEVELS[finding.severity], properties, finding.message)


def _summary(findings: Sequence[Finding]) -> Iterator[str]:
    """It comes first because it is a notice itself: as the eleventh one nobody would see it."""
    counts = Counter(_LEVELS[finding.severity] for finding in findings)
    if max(counts.values(), default=0) > SHOWN:
        told = ", ".join(f"{number} {level}{'' if number == 1 else 's'}" for level, number in counts.items())
        message = f"{told}. At most {SHOWN} of each level become annotations; all are in the log of this step."
        yield _command("notice", {"title": f"esper-lint: {len(findings)} findings"}, message)


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{level} {given}::{printable(message).translate(_DATA)}"
