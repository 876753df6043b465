"""reviewdog's diagnostic format, one JSON object a line, in columns of UTF-8 bytes.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf; reviewdog understands ``related_locations`` from its
version 0.18 on, and reads lines of up to 64 KiB: one more reason why peers are few.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from esper_lint.findings import Member, Report, Severity
from esper_lint.output.encoding import utf8_length, well_formed
from esper_lint.output.format import Sources, Style, ordered
from esper_lint.output.lines import Place, lines_at
from esper_lint.output.peers import Peers
from esper_lint.output.schema import Object

_SEVERITIES = {
    Severity.P0: "ERROR",
    Severity.P1: "ERROR",
    Severity.P2: "WARNING",
    Severity.P3: "INFO",
    Severity.P4: "INFO",
}


def rdjsonl(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    findings = ordered(report.active)
    peers = Peers(report)
    nearest = [peers(finding).members for finding in findings]
    places = {(finding.path, finding.line) for finding in findings}
    places |= {(member.path, member.forward_line) for members in nearest for member in members}
    lines = lines_at(places, sources)
    for finding, members in zip(findings, nearest, strict=True):
        diagnostic: Object = {
            "message": well_formed(finding.message),
            "location": _location(finding.path, finding.line, finding.column, lines),
            "severity": _SEVERITIES[finding.severity],
            "source": {"name": "esper-lint"},
            "code": {"value": finding.rule},
        }
        if members:
            diagnostic["related_locations"] = [_related(member, lines) for member in members]
        yield json.dumps(diagnostic)


def _related(member: Member, lines: Mapping[Place, str]) -> Object:
    return {
        "message": well_formed(member.qualname),
        "location": _location(member.path, member.forward_line, member.forward_column, lines),
    }


def _location(path: str, line: int, column: int, lines: Mapping[Place, str]) -> Object:
    """From the column to the end of the line; the whole line where its text, whose bytes would count, cannot be had."""
    start, end = {"line": line}, {"line": line}
    text = lines.get((path, line), "")
    if column <= len(text):
        start["column"] = utf8_length(text[: column - 1]) + 1
        end["column"] = utf8_length(text) + 1
    return {"path": well_formed(path), "range": {"start": start, "end": end}}
