"""JSON Lines: the objects of the JSON document, one a line, each with its ``type``, the summary first."""

from __future__ import annotations

import json
from collections.abc import Iterator

from esper_lint.findings import Report
from esper_lint.output.format import Sources, Style, ordered
from esper_lint.output.schema import (
    SCHEMA_VERSION,
    TOOL,
    error_object,
    finding_object,
    group_object,
    summary_object,
)


def jsonl(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    head = {"type": "summary", "schema_version": SCHEMA_VERSION, "tool": TOOL}
    yield json.dumps(head | summary_object(report.summary))
    for group in report.groups:
        yield json.dumps({"type": "group"} | group_object(group))
    for finding in ordered(report.findings):
        yield json.dumps({"type": "finding"} | finding_object(finding))
    for error in report.errors:
        yield json.dumps({"type": "error"} | error_object(error))
