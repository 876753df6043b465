"""What is odd about tickets: nothing here fails one.

``reading`` finds what one file alone tells; ``cross_checked`` what only all tickets together, or the code, can tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esper_lint.tickets.reading import Reading

UNREADABLE = "unreadable"

CODES: Mapping[str, str] = {
    "no-title": "The ticket has no heading `# Finding Ticket: …`.",
    "no-metadata": "The ticket has no section `Ticket Metadata`.",
    "no-id": "The metadata name no ticket ID; the title's or the file's name is taken.",
    "unknown-status": "The status is none of the known words.",
    "status-word": "The status is another word for one of the states.",
    "unknown-severity": "The severity is none of P0 to P4.",
    "odd-date": "A date is not written as ISO 8601 has it; it is not read.",
    "status-folder": "The status says another state than the folder that the ticket lies in; the folder counts.",
    "status-resolution": "The status says another state than the resolution; the resolution counts.",
    "no-location": "The ticket names no file.",
    "ambiguous-lines": "Several files and several lines: which belong together is not clear.",
    "absolute-path": "A path is absolute or leads out of the project.",
    "no-category": "No category is ticked.",
    "odd-box": "A check box holds something else than a blank, `x`, `~` or `-`.",
    "no-reviewer": "A review names no reviewer.",
    "repeated-reviewer": "Two reviews are by the same reviewer.",
    "no-verdict": "A review gives no verdict.",
    "unknown-verdict": "A verdict is none of the known words.",
    "repaired-cells": "A row has more cells than its table: pipes inside of one were not escaped.",
    "repeated-field": "A field of the metadata is given twice; the first one counts.",
    "repeated-section": "A section is there twice; the first one counts.",
    "unclosed-fence": "A fenced block is never closed; it is read as text.",
    "not-utf8": "A line is not UTF-8; it is read as Windows-1252.",
    "byte-order-mark": "The file begins with a byte order mark.",
    "mixed-line-ends": "Some lines end in CRLF and some do not.",
    "hidden-characters": "A line holds control characters, or such as change the direction of text.",
    UNREADABLE: "The file cannot be read.",
    "duplicate-id": "Another ticket has the same ID.",
    "dangling-relation": "A related ticket is not there.",
    "stale-location": "The code that an open ticket is about is not there, or has fewer lines.",
    "early-date": "The ticket is dated before the code that it is about existed.",
}


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One oddity.  ``name`` is the ticket's file within the folder of tickets; lines count from 1."""

    name: str
    line: int
    code: str
    message: str


def cross_checked(
    readings: Sequence[Reading],
    lines_of: Callable[[str], int | None],
    existed_since: Callable[[str], str | None] = lambda path: None,
) -> tuple[Diagnostic, ...]:
    """What the tickets say that does not fit together, or the code, in order.

    ``lines_of`` gives the number of lines of a file of the project, None if it is not there; ``existed_since`` the
    ISO date of the first commit that held a file, None if nobody knows.
    """
    by_id: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_id[reading.ticket.id.casefold()].append(reading)
    found = [*_duplicate_ids(by_id.values())]
    for reading in readings:
        found += _dangling(reading, by_id)
        if not reading.state.is_closed:
            found += _stale(reading, lines_of)
        found += _early(reading, existed_since)
    return tuple(sorted(found))


def _duplicate_ids(groups: Iterable[Sequence[Reading]]) -> Iterator[Diagnostic]:
    for same in groups:
        for reading in same if len(same) > 1 else ():
            others = ", ".join(other.name for other in same if other is not reading)
            yield _at(reading, "id", "duplicate-id", f"{reading.ticket.id} is the ID of {others} too")


def _dangling(reading: Reading, by_id: Mapping[str, Sequence[Reading]]) -> Iterator[Diagnostic]:
    for relation in reading.ticket.related:
        if relation.id.casefold() not in by_id:
            yield _at(reading, f"related {relation.id}", "dangling-relation", f"there is no ticket {relation.id}")


def _stale(reading: Reading, lines_of: Callable[[str], int | None]) -> Iterator[Diagnostic]:
    ticket = reading.ticket
    for place in dict.fromkeys((*ticket.places, *(site.place for site in ticket.members))):
        if not place.path:
            continue
        lines = lines_of(place.path)
        if lines is None:
            yield _at(reading, "location", "stale-location", f"{place.path} is not there")
        elif place.last > lines and not place.is_about:
            yield _at(reading, "location", "stale-location", f"{place.path} has {lines} lines, not {place.last}")


def _early(reading: Reading, existed_since: Callable[[str], str | None]) -> Iterator[Diagnostic]:
    created = reading.ticket.created[:10]
    for path in dict.fromkeys(place.path for place in reading.ticket.places) if created else ():
        since = existed_since(path) if path else None
        if since is not None and created < since[:10]:
            yield _at(reading, "created", "early-date", f"{created} is before {path} was there ({since[:10]})")


def _at(reading: Reading, what: str, code: str, message: str) -> Diagnostic:
    return Diagnostic(reading.name, reading.line_of(what), code, message)
