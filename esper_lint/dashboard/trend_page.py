"""The trend as a page shows it: charts, and the same figures in a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from esper_lint.history.log import Commit
from esper_lint.trend.chart import chart
from esper_lint.trend.records import Event, EventKind, Sample, Trend

KINDS: Mapping[EventKind, str] = {
    EventKind.BIRTH: "born",
    EventKind.GROWTH: "grown",
    EventKind.SHRINKING: "shrunk",
    EventKind.DIVERGENCE: "diverged",
    EventKind.CONVERGENCE: "converged",
    EventKind.SILENCED: "silenced",
    EventKind.UNSILENCED: "no longer silent",
    EventKind.DEATH: "gone",
}
_EVENTS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A commit that was looked at; ``happened`` counts its events, ``events`` are the first of them, in words."""

    commit: Commit
    groups: int
    findings: int
    duplicated_lines: int
    happened: tuple[tuple[str, int], ...]
    events: tuple[tuple[str, str], ...]
    more: int


def rows_of(trend: Trend | None) -> list[Row]:
    """The newest commit first."""
    return [_row(sample, number == 0) for number, sample in enumerate(trend.samples)][::-1] if trend else []


def chart_of(trend: Trend | None) -> Markup:
    """An SVG; what it holds of commits is escaped where it is made."""
    return Markup(chart(trend)) if trend else Markup()


def _row(sample: Sample, is_first: bool) -> Row:
    record = sample.record
    events = () if is_first else sample.events
    counts = [(words, sum(one.kind is kind for one in events)) for kind, words in KINDS.items()]
    told = tuple((KINDS[one.kind], _told(one)) for one in events[:_EVENTS])
    return Row(
        record.commit,
        len(record.active),
        record.findings,
        record.duplicated_lines,
        tuple((words, count) for words, count in counts if count),
        told,
        len(events) - len(told),
    )


def _told(event: Event) -> str:
    """Which group it was, and who came or went."""
    names = [member.qualname.rpartition(".")[2] for member in event.group.members]
    text = f"{names[0]} and {len(names) - 1} more" if len(names) > 2 else " and ".join(names)
    if event.kind is EventKind.GROWTH:
        return f"{text}: {', '.join(one.qualname for one in event.joined)} came"
    if event.kind is EventKind.SHRINKING:
        return f"{text}: {', '.join(one.qualname for one in event.left)} went"
    return text
