"""``Reading`` -> lists and texts that JSON can hold, and back.  Their order is that of the fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from esper_lint.findings import Severity
from esper_lint.tickets.health import Diagnostic
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.ticket import (
    Box,
    Field,
    Mark,
    Place,
    Relation,
    RelationKind,
    Review,
    Section,
    Site,
    State,
    Ticket,
    Verdict,
)

_NAMES = tuple(field.name for field in fields(Ticket))
_MARKS = {one.value: one for one in Mark}
_KINDS = {one.value: one for one in RelationKind}
_VERDICTS = {one.value: one for one in Verdict}
_PLACE = ("path", "first", "last", "is_about")
_LISTS: dict[str, Any] = {
    "domains": str,
    "names": str,
    "fields": lambda row: Field(*row),
    "places": lambda row: Place(*row),
    "members": lambda row: Site(row[0], Place(*row[1]), row[2]),
    "categories": lambda row: Box(row[0], _MARKS[row[1]]),
    "verification": lambda row: Box(row[0], _MARKS[row[1]]),
    "related": lambda row: Relation(row[0], _KINDS[row[1]], row[2]),
    "reviews": lambda row: Review(row[0], _VERDICTS[row[1]] if row[1] else None, *row[2:]),
    "unknown": lambda row: Section(*row),
}
_ROWS: dict[str, Callable[[Any], Any]] = {
    "domains": str,
    "names": str,
    "fields": attrgetter("label", "value"),
    "places": attrgetter(*_PLACE),
    "members": lambda site: (site.qualname, attrgetter(*_PLACE)(site.place), site.fingerprint),
    "categories": attrgetter("text", "mark"),
    "verification": attrgetter("text", "mark"),
    "related": attrgetter("id", "kind", "note"),
    "reviews": attrgetter("reviewer", "verdict", "evaluation", "qualifier", "date", "code", "word"),
    "unknown": attrgetter("level", "heading", "text", "under"),
}
_CHOICES: dict[str, Any] = {
    "severity": {one.value: one for one in Severity},
    "status": {one.value: one for one in State},
}
_STATES = _CHOICES["status"]


def values_of(reading: Reading) -> list[Any]:
    ticket = {}
    for name in _NAMES:
        value = getattr(reading.ticket, name)
        if value in (None, "", ()):
            continue
        ticket[name] = list(map(_ROWS[name], value)) if name in _LISTS else value
    oddities = [(one.line, one.code, one.message) for one in reading.diagnostics]
    return [ticket, oddities, reading.digest, reading.folder, reading.resolution, reading.lines]


def reading_of(name: str, values: Sequence[Any]) -> Reading:
    """What ``values_of`` was made of.  Raises ValueError, TypeError, KeyError or IndexError for anything else."""
    given, oddities, digest, folder, resolution, lines = values
    for field, value in given.items():
        if field in _LISTS:
            given[field] = tuple(map(_LISTS[field], value))
        elif field in _CHOICES:
            given[field] = _CHOICES[field][value]
    return Reading(
        name,
        Ticket(**{"id": "", "title": "", **given}),
        tuple([Diagnostic(name, *one) for one in oddities]),
        digest,
        _STATES[folder] if folder else None,
        _STATES[resolution] if resolution else None,
        tuple([(what, line) for what, line in lines]),
    )
