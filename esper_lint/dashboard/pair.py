"""Two members side by side: rows of HTML, equal runs folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from esper_lint.dashboard.highlighting import passage_html
from esper_lint.findings import Group
from esper_lint.output.extract import Line
from esper_lint.output.format import Sources
from esper_lint.output.pairs import extracts_of
from esper_lint.output.rows import runs

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A line of one member: its number, its code, and its indentation in steps, for lines that are wrapped."""

    number: int
    html: Markup
    depth: int


@dataclass(frozen=True, slots=True)
class PairRow:
    """``what`` is equal, differs, left or right: on which side there is something."""

    left: Cell | None
    right: Cell | None
    what: str


@dataclass(frozen=True, slots=True)
class Stretch:
    rows: tuple[PairRow, ...]
    is_folded: bool


@dataclass(frozen=True, slots=True)
class Pair:
    left: int
    right: int
    stretches: tuple[Stretch, ...]
    differing: int


def pair_of(group: Group, left: int, right: int, sources: Sources) -> Pair | None:
    """The members at ``left`` and ``right``; None if a source cannot be had any more."""
    lines = extracts_of(group, left, right, sources)
    if lines is None:
        return None
    mine, theirs = (_cells(one) for one in lines)
    found = []
    for run in runs(*lines):
        rows = []
        for row in run.rows:
            one = mine[row.left.number] if row.left else None
            other = theirs[row.right.number] if row.right else None
            rows.append(PairRow(one, other, _what(row.left, row.right, equal=row.equal)))
        found.append(Stretch(tuple(rows), run.is_folded))
    differing = sum(row.what != "equal" for one in found for row in one.rows)
    return Pair(left, right, tuple(found), differing)


def _cells(lines: Sequence[Line]) -> dict[int, Cell]:
    return {
        line.number: Cell(line.number, html, min((len(line.text) - len(line.text.lstrip())) // 4, _DEEPEST))
        for line, html in zip(lines, passage_html(lines), strict=True)
    }


def _what(left: Line | None, right: Line | None, *, equal: bool) -> str:
    if left is None:
        return "right"
    if right is None:
        return "left"
    return "equal" if equal else "differs"
