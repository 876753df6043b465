"""What ``esper-lint history`` says: the JSON document, with a commit a line, and a table for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from esper_lint.output import Style
from esper_lint.output.array import elements
from esper_lint.output.schema import TOOL
from esper_lint.rules.excerpt import one_line, shortened
from esper_lint.trend import Event, EventKind, Filled, MemberRecord, Sample, Trend
from esper_lint.trend.chart import date_of

SCHEMA_VERSION = 1

_HEADS = ("date", "commit", "files", "forwards", "groups", "lines")
_LEAST = 20  # columns for the subject, however narrow the window
_WORDS = {
    EventKind.BIRTH: "new",
    EventKind.GROWTH: "grew",
    EventKind.SHRINKING: "shrank",
    EventKind.DIVERGENCE: "diverged",
    EventKind.CONVERGENCE: "converged",
    EventKind.SILENCED: "silenced",
    EventKind.UNSILENCED: "no longer silenced",
    EventKind.DEATH: "gone",
}


def document(found: Filled) -> Iterator[str]:
    yield f'{{"schema_version": {SCHEMA_VERSION},'
    yield f' "tool": {json.dumps(TOOL)},'
    yield f' "every": {found.every},'
    yield ' "commits": ['
    yield from (f"  {line}" for line in elements(map(_commit, found.trend.samples)))
    yield " ]}"


def table(trend: Trend, style: Style) -> Iterator[str]:
    """A line a commit, oldest first: what was counted, the subject, and what became of groups."""
    rows = [_HEADS, *map(_row, trend.samples)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = max(_LEAST, style.width - sum(widths) - 2 * len(widths))
    ends = ["subject, and what became of groups", *(_end(sample, room) for sample in trend.samples)]
    for row, end in zip(rows, ends, strict=True):
        cells = [
            cell.ljust(width) if number < 2 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join([*cells, end]).rstrip()


def _row(sample: Sample) -> tuple[str, ...]:
    record = sample.record
    counts = (record.files, record.forwards, len(record.active), record.duplicated_lines)
    return (date_of(record.commit.time), record.commit.id[:7], *(f"{count:,}" for count in counts))


def _end(sample: Sample, room: int) -> str:
    counts = Counter(event.kind for event in sample.events)
    told = ", ".join(f"{counts[kind]:,} {word}" for kind, word in _WORDS.items() if counts[kind])
    subject = shortened(one_line(sample.record.commit.subject), max(_LEAST, room - len(told) - 3))
    return f"{subject} ({told})" if told else subject


def _commit(sample: Sample) -> dict[str, Any]:
    record = sample.record
    return {
        "id": record.commit.id,
        "time": _time(record.commit.time),
        "subject": record.commit.subject,
        "files": record.files,
        "module_classes": record.module_classes,
        "forwards": record.forwards,
        "groups": len(record.active),
        "suppressed_groups": len(record.groups) - len(record.active),
        "findings": record.findings,
        "duplicated_lines": record.duplicated_lines,
        "events": [_event(event) for event in sample.events],
    }


def _event(event: Event) -> dict[str, Any]:
    group, before = event.group, event.similarity_before
    is_over = event.kind is EventKind.DEATH
    return {
        "kind": event.kind.value,
        "lineage": event.lineage,
        "group": group.id,
        "rule": group.rule,
        "unit": group.unit.value,
        "suppressed": group.suppressed or None,
        "members": 0 if is_over else len(group.members),
        "similarity": None if is_over else round(group.similarity, 4),
        "similarity_before": None if before is None else round(before, 4),
        "joined": [_place(member) for member in event.joined],
        "left": [_place(member) for member in event.left],
    }


def _place(member: MemberRecord) -> dict[str, str]:
    return {"path": member.path, "qualname": member.qualname}


def _time(seconds: int) -> str | None:
    """In UTC, or None for a time that no calendar has: committers may claim any."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
