"""What N sites have in common -> the runs that are worth a helper each.

The boundaries of a run are those of the narrowest interface: inputs, one and a half for each result, less two for each
statement, and the square of the parameters that stand for differing values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esper_lint.fixing.extraction.alignment import Alignment, Column, Stretch
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.interface import Interface, interface
from esper_lint.fixing.extraction.sites import Site

LEAST_STATEMENTS, LEAST_NODES = 3, 25
_MOST_COLUMNS = 60


@dataclass(frozen=True)
class Run:
    """Statements that one helper will hold."""

    stretch: Stretch
    start: int
    end: int
    interface: Interface

    @property
    def columns(self) -> Sequence[Column]:
        return self.stretch.columns[self.start : self.end]

    def is_whole(self, k: int, site: Site) -> bool:
        """Whether it is all that the ``k``-th site does."""
        return self.begins(k, site) and self.ends(k, site)

    def begins(self, k: int, site: Site) -> bool:
        return self.columns[0].statements[k] is site.body[0]

    def ends(self, k: int, site: Site) -> bool:
        return self.columns[-1].statements[k] is site.body[-1]


@dataclass(frozen=True)
class Choice:
    """The runs in the order of the first site, and what stood in the way of more."""

    runs: tuple[Run, ...]
    hazards: tuple[Hazard, ...]


def chosen(alignment: Alignment, sites: Sequence[Site], *, with_attributes: bool) -> Choice:
    """``with_attributes`` lets attributes of self be given as values (strategy S4)."""
    runs: list[Run] = []
    hazards: list[Hazard] = []
    for stretch in alignment.stretches:
        for part in _parts(stretch, with_attributes=with_attributes):
            runs += _best(part, 0, len(part.columns), sites, hazards)
    runs.sort(key=lambda run: run.columns[0].statements[0].lineno)
    return Choice(tuple(runs), (*hazards, *alignment.hazards))


def _parts(stretch: Stretch, *, with_attributes: bool) -> Iterator[Stretch]:
    """The stretch cut where an attribute would have to be given as a value, unless that is allowed."""
    if with_attributes:
        yield stretch
        return
    columns: list[Column] = []
    for column in stretch.columns:
        if any(value.kind == "attribute" for row in column.values for value in row):
            if columns:
                yield Stretch(tuple(columns), stretch.renamings)
            columns = []
        else:
            columns.append(column)
    if columns:
        yield Stretch(tuple(columns), stretch.renamings)


def _best(stretch: Stretch, first: int, last: int, sites: Sequence[Site], hazards: list[Hazard]) -> list[Run]:
    """The best run of a part of a stretch, and those of what it leaves on either side."""
    if last - first > _MOST_COLUMNS:
        middle = (first + last) // 2
        return [*_best(stretch, first, middle, sites, hazards), *_best(stretch, middle, last, sites, hazards)]
    candidates: list[tuple[float, int, int, Interface]] = []
    seen: list[Hazard] = []
    for start in range(first, last):
        for end in range(last, start, -1):
            if not _is_large(stretch.columns[start:end]):
                break
            found = interface(stretch, start, end, sites)
            if isinstance(found, Hazard):
                seen.append(found)
            elif _saves(stretch.columns[start:end], found, len(sites)):
                candidates.append((_cost(stretch.columns[start:end], found), start, end, found))
    if not candidates:
        hazards += seen[:1]
        return []
    _, start, end, found = min(candidates, key=lambda one: (one[0], one[1] - one[2]))
    return [
        *_best(stretch, first, start, sites, hazards),
        Run(stretch, start, end, found),
        *_best(stretch, end, last, sites, hazards),
    ]


def _is_large(columns: Sequence[Column]) -> bool:
    statements = sum(column.shapes[0].statements for column in columns)
    return statements >= LEAST_STATEMENTS or sum(column.shapes[0].nodes for column in columns) >= LEAST_NODES


def _cost(columns: Sequence[Column], found: Interface) -> float:
    statements = sum(column.shapes[0].statements for column in columns)
    values = len(found.values)
    return len(found.ins) + values + 1.5 * len(found.outs) - 2 * statements + values**2


def _saves(columns: Sequence[Column], found: Interface, sites: int) -> bool:
    """Whether the file has fewer nodes in its syntax tree with the helper than without."""
    moved = sum(column.shapes[0].nodes for column in columns)
    ins = len(found.ins) + len(found.values) + found.uses_self
    call = 3 + ins + len(found.outs)
    definition = 3 + ins + (0 if found.returns else 2 + len(found.outs))
    return moved * (sites - 1) > call * sites + definition
