"""A Code Quality report of GitLab: one array with an object per active finding.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections.abc import Iterator

from esper_lint.findings import Finding, Report, Severity
from esper_lint.output.array import elements
from esper_lint.output.encoding import well_formed
from esper_lint.output.format import Sources, Style, ordered
from esper_lint.output.identifiers import identifiers
from esper_lint.output.schema import Object

_SEVERITIES = {
    Severity.P0: "blocker",
    Severity.P1: "critical",
    Severity.P2: "major",
    Severity.P3: "minor",
    Severity.P4: "info",
}


def gitlab(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    findings = ordered(report.active)
    yield "["
    yield from elements(map(_issue, findings, identifiers(findings)))
    yield "]"


def _issue(finding: Finding, identifier: str) -> Object:
    return {
        "description": well_formed(finding.message),
        "check_name": finding.rule,
        "fingerprint": identifier,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": well_formed(finding.path),
            "lines": {"begin": finding.line, "end": finding.line},
        },
    }
