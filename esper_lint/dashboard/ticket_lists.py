"""The pages that list tickets: all of them, against the scan, and what is odd about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esper_lint.dashboard.board import Board
from esper_lint.dashboard.filed import Filed
from esper_lint.findings import Group
from esper_lint.tickets.detection import Detection
from esper_lint.tickets.ticket import State

if TYPE_CHECKING:
    from esper_lint.tickets.health import Diagnostic

DETECTIONS: Mapping[str, str] = {
    Detection.NEW.value: "reported, and no ticket is about it",
    Detection.UNRESOLVED.value: "reported, as the ticket says",
    Detection.REOPENED.value: "closed, and there again",
    Detection.RESOLVED.value: "not reported any more",
}
OPEN = "open"
"""What the list of tickets shows at first; ``closed``, ``all`` and every state are the other choices."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """``counts`` are by detection.  ``rows`` are tickets, each with where it disagrees with the scan, if it does."""

    counts: Mapping[str, int]
    rows: Sequence[tuple[Filed, str]]
    new: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Oddity:
    """A diagnostic, and the key of the ticket that it is about."""

    key: str
    diagnostic: Diagnostic


def scanned(board: Board, detection: str) -> Scanned:
    """The tickets of one detection, or all; those that disagree with the scan come first."""
    if board.scan is None:
        new = tuple(one for one in board.report.groups if one.suppressed is None)
        return Scanned(dict.fromkeys(DETECTIONS, 0), (), new)
    counts = Counter(one.detection.value for one in board.filed.values())
    counts[Detection.NEW.value] = len(board.scan.new)
    said = {one.reading.name: one.message for one in board.scan.disagreements()}
    rows = [(one, said.get(one.reading.name, "")) for one in board.filed.values()]
    rows = [row for row in rows if detection in ("", row[0].detection.value)]
    rows.sort(key=lambda row: (not row[1], row[0].reading.name))
    return Scanned({name: counts[name] for name in DETECTIONS}, rows, board.scan.new)


def chosen(board: Board, query: Mapping[str, str]) -> list[Filed]:
    """The tickets that a query chooses, the gravest first."""
    words = query.get("q", "").casefold().split()
    rows = [
        one
        for one in board.filed.values()
        if _has_state(one, query.get("state", ""))
        and query.get("severity", "") in ("", severity_of(one))
        and all(word in text_of(one) for word in words)
    ]
    return sorted(rows, key=lambda one: (severity_of(one) or "P9", one.reading.ticket.id, one.reading.name))


def severity_of(one: Filed) -> str:
    severity = one.reading.ticket.severity
    return severity.value if severity else ""


def text_of(one: Filed) -> str:
    """What a search looks at."""
    ticket = one.reading.ticket
    paths = (place.path for place in ticket.places)
    return " ".join((ticket.id, ticket.title, ticket.summary, one.reading.name, *ticket.names, *paths)).casefold()


def states_of(one: Filed) -> tuple[str, str]:
    """The words by which ``state`` chooses a ticket."""
    state = one.reading.state
    return state.value, "closed" if state.is_closed else OPEN


def states() -> Mapping[str, str]:
    """What ``state`` may be, and the words for it."""
    return {"": "open", "all": "all", "closed": "closed"} | {one.value: f"only {one.value}" for one in State}


def oddities(board: Board, code: str) -> list[Oddity]:
    """The diagnostics with a code, or all, in the order of their places."""
    return [
        Oddity(one.key, diagnostic)
        for one in board.filed.values()
        for diagnostic in one.diagnostics
        if code in ("", diagnostic.code)
    ]


def _has_state(one: Filed, state: str) -> bool:
    return state == "all" or (state or OPEN) in states_of(one)
