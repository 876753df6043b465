"""What N sites have in common -> the runs that are worth a helper each.

The boundaries of a run are those of the narrowest interface: inputs, one and a half for each result, less two for each
statement, and the square of the parameters that stand for differing values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from esper_lint.fixing.extraction.alignment import Alignment, Column, Obstacle, Stretch, inside
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.interface import Interface, interface
from esper_lint.fixing.extraction.sites import Site

LEAST_STATEMENTS, LEAST_NODES = 3, 25
# Beside a run that is worth a helper by itself, a shorter one may be: an end that would otherwise stay alike.
_LEAST_BESIDE = (2, 15)
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
    """The runs in the order of the first site, and what stood in the way of more, what keeps most apart first."""

    runs: tuple[Run, ...]
    hazards: tuple[Hazard, ...]


def chosen(alignment: Alignment, sites: Sequence[Site], obstacle: Obstacle, *, with_attributes: bool) -> Choice:
    """``with_attributes`` lets attributes of self be given as values (strategy S4)."""
    chooser = _Chooser(sites, obstacle, with_attributes)
    for stretch in alignment.stretches:
        chooser.choose(stretch)
    if chooser.runs:
        chooser.choose_beside()
    runs = sorted(chooser.runs, key=lambda run: run.columns[0].statements[0].lineno)
    hazards = sorted((*chooser.hazards, *alignment.hazards), key=lambda one: -one.apart)
    return Choice(tuple(runs), tuple(hazards))


@dataclass
class _Chooser:
    sites: Sequence[Site]
    obstacle: Obstacle
    with_attributes: bool
    least: tuple[int, int] = (LEAST_STATEMENTS, LEAST_NODES)
    runs: list[Run] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    left: list[tuple[Stretch, int, int]] = field(default_factory=list)

    def choose_beside(self) -> None:
        """Look once more at what was left, for shorter runs."""
        left, hazards = list(self.left), list(self.hazards)
        self.least = _LEAST_BESIDE
        for stretch, first, last in left:
            self._best(stretch, first, last)
        self.hazards = hazards

    def choose(self, stretch: Stretch) -> None:
        self._best(stretch, 0, len(stretch.columns))

    def _best(self, stretch: Stretch, first: int, last: int) -> None:
        """Take the best run of a part of a stretch, and those of what it leaves on either side."""
        if last - first > _MOST_COLUMNS:
            middle = (first + last) // 2
            self._best(stretch, first, middle)
            self._best(stretch, middle, last)
            return
        candidates: list[tuple[float, int, int, Interface]] = []
        seen: list[tuple[int, int, Hazard]] = []
        free: list[tuple[int, int]] = []
        for start in range(first, last):
            for end in range(last, start, -1):
                if not self._is_large(stretch.columns[start:end]):
                    break
                found = interface(stretch, start, end, self.sites)
                if isinstance(found, Hazard):
                    seen.append((start, end, found))
                    continue
                free.append((start, end))
                if _saves(stretch.columns[start:end], found, len(self.sites)):
                    candidates.append((_cost(stretch.columns[start:end], found), start, end, found))
        if candidates:
            _, start, end, found = min(candidates, key=lambda one: (one[0], one[1] - one[2]))
            self._best(stretch, first, start)
            self.runs.append(Run(stretch, start, end, found))
            self._best(stretch, end, last)
            return
        # A part of what has no hazard is not kept by one: it ends before a `return` that may move.
        stopped = [one for one in seen if not _is_within(one[0], one[1], free)]
        for start, end, hazard in stopped[:1]:
            self.hazards.append(hazard.keeping(sum(one.shapes[0].nodes for one in stretch.columns[start:end])))
        before, left = len(self.runs), len(self.left)
        for column in stretch.columns[first:last]:
            if self._is_large([column]):
                for inner in inside(column, self.sites, self.obstacle, with_attributes=self.with_attributes):
                    self.choose(inner)
        if len(self.runs) == before:
            self.left[left:] = [(stretch, first, last)]  # with what is inside, or runs would overlap

    def _is_large(self, columns: Sequence[Column]) -> bool:
        statements, nodes = self.least
        sizes = [(column.shapes[0].statements, column.shapes[0].nodes) for column in columns]
        return sum(one for one, _ in sizes) >= statements or sum(size for _, size in sizes) >= nodes


def _is_within(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in ranges)


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
