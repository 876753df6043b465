"""Tickets in every shape that people write, each with the values and the diagnostics that it must give.

Beside ``shapes/NAME.md`` lies ``NAME.toml`` with what is expected of it: fields of the ticket in a short form, only
those that the shape is about; and all diagnostics, each with the text of the line that it must stand on.  ``as`` says
in which bytes the file is read, ``name`` under which name, ``prefixes`` with which setting.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from esper_lint.tickets.places import place_text
from esper_lint.tickets.reading import Reading, read_ticket
from esper_lint.tickets.scanning import decoded
from esper_lint.tickets.ticket import Box, Field, Place, Relation, Review, Section, Site
from esper_lint.tickets.writing import render

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHAPES = sorted(Path(__file__).with_name("shapes").glob("*.md"))


def as_bytes(text: str, form: str) -> bytes:
    data = text.encode()
    return {
        "": data,
        "crlf": data.replace(b"\n", b"\r\n"),
        "mark": b"\xef\xbb\xbf" + data,
        "cp1252": text.encode("cp1252", "replace"),
        "utf-16": text.encode("utf-16"),
        "mixed": data.replace(b"\n", b"\r\n", 1),
    }[form]


def short(value: Any) -> Any:
    """A value as the expectations write it."""
    if isinstance(value, tuple):
        return [short(one) for one in value]
    if isinstance(value, Box):
        return [value.mark.value, value.text]
    if isinstance(value, Place):
        return place_text(value)
    if isinstance(value, Site):
        return [value.qualname, place_text(value.place), value.fingerprint]
    if isinstance(value, Relation):
        return [value.id, value.kind.value, value.note]
    if isinstance(value, Field):
        return [value.label, value.value]
    if isinstance(value, Section):
        return [value.level, value.heading, value.text, value.under]
    if isinstance(value, Review):
        verdict = value.verdict.value if value.verdict else ""
        return [value.reviewer, verdict, value.qualifier, value.evaluation, value.date]
    return "" if value is None else getattr(value, "value", value)


def expected(path: Path) -> dict[str, Any]:
    with path.with_suffix(".toml").open("rb") as stream:
        return tomllib.load(stream)


def reading_of(path: Path, told: dict[str, Any]) -> tuple[Reading, list[str]]:
    data = as_bytes(path.read_text(encoding="utf-8"), told.get("as", ""))
    reading = read_ticket(data, told.get("name", path.name), told.get("prefixes", []))
    return reading, decoded(data).text.split("\n")


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_a_shape_gives_its_values_and_its_diagnostics(path: Path) -> None:
    told = expected(path)
    reading, lines = reading_of(path, told)
    found = {name: short(getattr(reading.ticket, name)) for name in type(reading.ticket).__slots__}
    found["state"] = reading.state.value
    found["resolution_state"] = short(reading.resolution)
    values = {name: value for name, value in told.items() if name not in ("as", "name", "prefixes", "diagnostics")}
    if "reviews" in values:
        values["reviews"] = [[*review, ""][:5] for review in values["reviews"]]
    assert {name: found[name] for name in values} == values
    assert [[one.code, lines[one.line - 1]] for one in reading.diagnostics] == told["diagnostics"]


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_a_shape_is_written_so_that_it_reads_the_same(path: Path) -> None:
    ticket = reading_of(path, expected(path))[0].ticket
    assert read_ticket(render(ticket).encode(), path.name).ticket == ticket


def test_there_are_shapes_enough() -> None:
    assert len(SHAPES) >= 60
    assert sum(path.stem.startswith("review-") for path in SHAPES) >= 17
