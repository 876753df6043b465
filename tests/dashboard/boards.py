"""Boards of any report and any tickets, without a project on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esper_lint.dashboard.board import Board
from esper_lint.findings import Report
from esper_lint.tickets.detection import against
from esper_lint.tickets.health import cross_checked
from esper_lint.tickets.reading import read_ticket
from tests.output.samples import REPORT
from tests.output.samples import sources as sample_sources

TICKET = """\
# Finding Ticket: {title}

## Ticket Metadata

| Field | Value |
|-------|-------|
| Ticket ID | `{id}` |
| Severity | `P2` |
| Status | `{status}` |

## Location

| Field | Value |
|-------|-------|
| File(s) | `flex.py`, `plain.py` |
| Function/Class | `Flex`, `Plain` |

## Summary

**One-line summary:** {title}

**Category:**
- [x] Code quality / maintainability

## Detailed Description

### What's Wrong

{wrong}

## Related Findings

- B1-EL-02: the same
- B9-XX-99: not there
"""
REVIEW = """
## Cross-Review: {reviewer} Specialist

| Verdict | **{verdict}** |
|---------|-------------|

**Evaluation:** {evaluation}
"""


def ticket(
    id: str = "B1-EL-01",
    *reviews: tuple[str, str, str],
    status: str = "open",
    title: str = "Two",
    wrong: str = "It is.",
) -> str:
    """A ticket on ``FLEX_GROUP`` with reviews (who, verdict, evaluation)."""
    text = TICKET.format(id=id, status=status, title=title, wrong=wrong)
    return text + "".join(
        REVIEW.format(reviewer=who, verdict=verdict, evaluation=evaluation) for who, verdict, evaluation in reviews
    )


def board(report: Report = REPORT, tickets: Mapping[str, str] | None = None, **more: Any) -> Board:
    """``tickets`` are the texts of files by their names in the ticket folder; None for no folder."""
    sources = more.pop("sources", sample_sources)
    if tickets is None:
        return Board("sample", "2024-12-27T10:00+00:00", report, sources, **more)
    readings = [read_ticket(text.encode("utf-8", "replace"), name) for name, text in sorted(tickets.items())]
    odd = [one for reading in readings for one in reading.diagnostics] + list(cross_checked(readings, lambda path: 40))
    return Board(
        "sample",
        "2024-12-27T10:00+00:00",
        report,
        sources,
        whole=report,
        scan=against(readings, report),
        diagnostics=tuple(odd),
        **more,
    )


def any_line(path: str) -> Sequence[str]:
    """Sources for reports of any content: forty lines that try something."""
    return ['    x = "<script>alert(1)</script>" # \u202e &lt; "', "\t</td></table><!--", "if a:", '"""', ""] * 8
