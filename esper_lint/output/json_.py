"""One JSON document, the stable contract, with one group, finding or error a line so that documents can be compared.

All of it is ASCII: whatever stands in a path or in code, lone surrogates included, comes back from a parser as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from esper_lint.findings import Report
from esper_lint.output.array import elements
from esper_lint.output.format import Sources, Style, ordered
from esper_lint.output.schema import (
    SCHEMA_VERSION,
    TOOL,
    Object,
    error_object,
    finding_object,
    group_object,
    note_object,
    summary_object,
)


def json_(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    yield f'{{"schema_version": {SCHEMA_VERSION},'
    yield f' "tool": {json.dumps(TOOL)},'
    yield f' "summary": {json.dumps(summary_object(report.summary))},'
    yield from _array("groups", map(group_object, report.groups), ",")
    yield from _array("findings", map(finding_object, ordered(report.findings)), ",")
    yield from _array("errors", map(error_object, report.errors), ",")
    yield from _array("notes", map(note_object, report.notes), "}")


def _array(key: str, objects: Iterable[Object], end: str) -> Iterator[str]:
    yield f' "{key}": ['
    yield from (f"  {line}" for line in elements(objects))
    yield f" ]{end}"
