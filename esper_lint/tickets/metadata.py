"""The sections that are tables of fields: metadata and location."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from esper_lint.tickets import places
from esper_lint.tickets.layout import Block
from esper_lint.tickets.markup import code_span, code_spans, key, plain
from esper_lint.tickets.scanning import Lines
from esper_lint.tickets.tables import Pair, is_row, label_pair, pair_of, pairs_in, row_of, table_at
from esper_lint.tickets.ticket import Field, Place, Site
from esper_lint.tickets.words import iso_date, says_nothing, severity_word, state_word

Odd = tuple[int, str, str]

# Field of the ticket -> its label, in the order in which they are written.  The first nine always are.
LABELS = {
    "id": "Ticket ID",
    "severity": "Severity",
    "status": "Status",
    "batch": "Batch",
    "agent": "Agent",
    "domains": "Domain",
    "assignee": "Assignee",
    "created": "Created",
    "updated": "Updated",
    "rule": "Rule",
    "fingerprint": "Fingerprint",
    "group": "Clone Group",
    "resolution": "Resolution",
    "fixed": "Fixed",
}
ALWAYS = 9
FILES, LINES, NAMES = "File(s)", "Line(s)", "Function/Class"

_FIELDS = {key(label): name for name, label in LABELS.items()} | {
    "ticket": "id",
    "ticketnumber": "id",
    "priority": "severity",
    "state": "status",
    "agents": "agent",
    "domains": "domains",
    "assignedto": "assignee",
    "createdat": "created",
    "lastupdated": "updated",
    "updatedat": "updated",
    "group": "group",
    "fixedin": "fixed",
}
_LOCATION = {
    "file": FILES,
    "files": FILES,
    "path": FILES,
    "line": LINES,
    "lines": LINES,
    "linenumbers": LINES,
    "functionclass": NAMES,
    "function": NAMES,
    "functions": NAMES,
    "class": NAMES,
    "classes": NAMES,
    "classfunction": NAMES,
    "functionsclasses": NAMES,
}
_PLAIN_LABEL = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(?P<label>[A-Za-z][A-Za-z /()]{0,30}):[ \t]*(?P<value>.*)", re.DOTALL)
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?P<text>.*)", re.DOTALL)


class Metadata(NamedTuple):
    """``values`` by the names of the ticket's fields; ``lines`` tells where each stands; ``rest`` are lines of text."""

    values: dict[str, Any]
    fields: tuple[Field, ...]
    rest: list[int]
    lines: dict[str, int]


class Location(NamedTuple):
    places: tuple[Place, ...]
    names: tuple[str, ...]
    members: tuple[Site, ...]
    rest: list[int]
    line: int


def metadata_key(label: str) -> str:
    """The ticket's field that a label means, or nothing."""
    return _FIELDS.get(key(label), "")


def location_key(label: str) -> str:
    """The field of the location that a label means, or nothing."""
    return _LOCATION.get(key(label), "")


def is_metadata(line: str) -> bool:
    """Whether a line of text would be taken for a field of the metadata."""
    return is_row(line) or label_pair(line, 0) is not None or _plain_pair(line, 0, _FIELDS) is not None


def is_location(line: str) -> bool:
    """Whether a line of text would be taken for a field or a member of the location."""
    pair = pair_of(row_of(line, 0), line) if is_row(line) and row_of(line, 0).cells else _labelled(line, 0, _LOCATION)
    return (pair is not None and pair.key in _LOCATION) or _member(line) is not None


def metadata_pairs(lines: Lines, block: Block) -> tuple[list[Pair], list[int]]:
    """All fields of a block of metadata, and the lines that hold none."""
    return _pairs(lines, block, _FIELDS, wants_all=True)


def location_pairs(lines: Lines, block: Block) -> tuple[list[Pair], list[int]]:
    """The known fields of a block of location, and the other lines."""
    return _pairs(lines, block, _LOCATION, wants_all=False)


def member_lines(lines: Lines, numbers: Iterable[int]) -> list[int]:
    """Those of the lines that name a further member as we write it."""
    return [number for number in numbers if not lines.code[number] and _member(lines.texts[number]) is not None]


def value_of(name: str, text: str) -> Any:
    """What the ticket's field holds once this is written there."""
    if name == "domains":
        return tuple(part for item in text.split(",") if (part := plain(item)))
    return _value(name, Pair(name, name, code_span(text), 0, 0, 0, True), [])


def read_metadata(lines: Lines, block: Block, odd: list[Odd]) -> Metadata:
    pairs, rest = metadata_pairs(lines, block)
    _note_repaired(pairs, odd)
    values: dict[str, Any] = {}
    at: dict[str, int] = {}
    fields = []
    for pair in pairs:
        name = _FIELDS.get(pair.key, "")
        value = _value(name, pair, odd) if name else None
        if value and name not in values:
            values[name] = value
            at[name] = pair.line
            continue
        if name:
            at.setdefault(name, pair.line)
            if value:
                odd.append((pair.line, "repeated-field", f"{LABELS[name]} is given a second time"))
        # What has no meaning is kept as it was written.
        if (pair.label or pair.value) if not name else not says_nothing(pair.value):
            fields.append(Field(pair.label, plain(pair.value)))
    return Metadata(values, tuple(fields), rest, at)


def read_location(lines: Lines, block: Block, prefixes: Sequence[str], odd: list[Odd]) -> Location:
    pairs, rest = location_pairs(lines, block)
    _note_repaired(pairs, odd)
    given: dict[str, list[Pair]] = {FILES: [], LINES: [], NAMES: []}
    for pair in pairs:
        given[_LOCATION[pair.key]].append(pair)
    files = [one for pair in given[FILES] for one in places.files(pair.value)]
    ranges = [one for pair in given[LINES] for one in places.lines(pair.value)]
    names = [name.removesuffix("()") for pair in given[NAMES] for name in places.items(pair.value)]
    line = next((pair.line for one in (FILES, LINES) for pair in given[one]), block.line)
    members, rest = _members(lines, rest, prefixes)
    found, is_clear = places.joined(files, ranges, prefixes)
    if not is_clear:
        odd.append((line, "ambiguous-lines", "it is not clear which lines belong to which file"))
    known = set(found)
    listed = [place for number in rest for place in _listed(lines, number, prefixes) if place not in known]
    every = (*found, *dict.fromkeys(listed))
    for path in dict.fromkeys((*(place.path for place in every), *(site.place.path for site in members))):
        if places.is_outside(path):
            odd.append((line, "absolute-path", f"'{path}' is not a path of this project"))
    return Location(every, tuple(name for name in names if name), members, rest, line)


def _pairs(lines: Lines, block: Block, known: Iterable[str], *, wants_all: bool) -> tuple[list[Pair], list[int]]:
    pairs: list[Pair] = []
    rest: list[int] = []
    number = block.first
    while number < block.last:
        text = lines.texts[number]
        if lines.code[number]:
            rest.append(number)
        elif is_row(text):
            table = table_at(lines, number, block.last)
            found = [pair for pair in pairs_in(table, lines) if wants_all or pair.key in known]
            pairs += found
            taken = {pair.line for pair in found}
            if not (found or wants_all):
                rest += range(table.first, table.end)
            else:
                rows = table.rows[1:] if table.has_fields_header else table.rows
                rest += [] if wants_all else [row.line for row in rows if row.line not in taken]
            number = table.end
            continue
        elif (pair := _labelled(text, number, known)) is not None and (wants_all or pair.key in known):
            pairs.append(pair)
        else:
            rest.append(number)
        number += 1
    return pairs, rest


def _labelled(line: str, number: int, known: Iterable[str]) -> Pair | None:
    return label_pair(line, number) or _plain_pair(line, number, known)


def _plain_pair(line: str, number: int, known: Iterable[str]) -> Pair | None:
    found = _PLAIN_LABEL.fullmatch(line)
    if found is None or key(found["label"]) not in known:
        return None
    start = found.start("value")
    value = found["value"].rstrip(" \t")
    return Pair(key(found["label"]), found["label"], value, number, start, start + len(value), False)


def _note_repaired(pairs: Iterable[Pair], odd: list[Odd]) -> None:
    odd += [
        (pair.line, "repaired-cells", "a pipe inside of a cell is not escaped") for pair in pairs if pair.is_repaired
    ]


def _value(name: str, pair: Pair, odd: list[Odd]) -> Any:
    return _READERS.get(name, _text)(pair, odd)


def _text(pair: Pair, odd: list[Odd]) -> str:
    return plain(pair.value)


def _severity(pair: Pair, odd: list[Odd]) -> Any:
    found = severity_word(pair.value)
    if found is None and not says_nothing(pair.value):
        odd.append((pair.line, "unknown-severity", f"'{plain(pair.value)}' is none of P0 to P4"))
    return found


def _status(pair: Pair, odd: list[Odd]) -> Any:
    found = state_word(pair.value)
    if found is None:
        if not says_nothing(pair.value):
            odd.append((pair.line, "unknown-status", f"'{plain(pair.value)}' is no state"))
        return None
    if not found.is_written:
        odd.append((pair.line, "status-word", f"'{plain(pair.value)}' is read as {found.state.value}"))
    return found.state


def _date(pair: Pair, odd: list[Odd]) -> str:
    text = plain(pair.value)
    found = iso_date(text)
    if not found and not says_nothing(text):
        odd.append((pair.line, "odd-date", f"'{text}' is no date of ISO 8601"))
    return found


def _domains(pair: Pair, odd: list[Odd]) -> tuple[str, ...]:
    return places.items(pair.value)


_READERS: dict[str, Callable[[Pair, list[Odd]], Any]] = {
    "severity": _severity,
    "status": _status,
    "created": _date,
    "updated": _date,
    "domains": _domains,
}


def _members(lines: Lines, numbers: Sequence[int], prefixes: Sequence[str]) -> tuple[tuple[Site, ...], list[int]]:
    sites: list[Site] = []
    rest: list[int] = []
    for number in numbers:
        found = None if lines.code[number] else _member(lines.texts[number])
        if found is None:
            rest.append(number)
        else:
            sites.append(Site(found[0], places.place_of(found[1], prefixes), found[2]))
    return tuple(sites), rest


def _member(line: str) -> tuple[str, str, str] | None:
    """Name, place and fingerprint of a line ``- `name` in `place`, fingerprint `mark```, or None."""
    if not line.startswith("- `"):
        return None
    spans = code_spans(line)
    ends = [2, *(end for _, _, end in spans)]
    starts = [*(start for _, start, _ in spans), len(line)]
    between = tuple(line[end:start] for end, start in zip(ends, starts, strict=True))
    if between not in (("", " in ", ""), ("", " in ", ", fingerprint ", "")):
        return None
    return spans[0][0], spans[1][0], spans[2][0] if len(spans) > 2 else ""


def _listed(lines: Lines, number: int, prefixes: Sequence[str]) -> tuple[Place, ...]:
    """The places that a bullet names in whatever words stand around them."""
    bullet = None if lines.code[number] else _BULLET.fullmatch(lines.texts[number])
    if bullet is None:
        return ()
    text = bullet["text"]
    if "`" in text:
        named = [content for content, _, _ in code_spans(text) if places.file_words(content)]
    else:
        named = [word for word, _ in places.file_words(text)]
    return tuple(places.place_of(one, prefixes) for one in named)
