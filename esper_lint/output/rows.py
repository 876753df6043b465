"""Two extracts line by line: equal lines beside each other, runs of them folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest

from esper_lint.output.extract import Line

# One equal line on either side of a difference says where it stands; a fold must save more than it takes.
_CONTEXT = 1
_SMALLEST_FOLD = 3
_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand beside each other; None where only the other side has one."""

    left: Line | None
    right: Line | None

    @property
    def equal(self) -> bool:
        if self.left is None or self.right is None:
            return False
        return self.left.key == self.right.key and not self.left.marks and not self.right.marks


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that are not shown, and what they are."""

    count: int
    what: str

    def __str__(self) -> str:
        return f"… {self.count} {self.what}"


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that follow each other; those of a folded run are equal, and no news to anybody."""

    rows: tuple[Row, ...]
    is_folded: bool


def rows(left: Sequence[Line], right: Sequence[Line]) -> list[Row | Fold]:
    """The lines of both in pairs, folded, and cut where even so there are too many."""
    folded = [
        item
        for run in runs(left, right)
        for item in ([Fold(len(run.rows), "equal lines")] if run.is_folded else run.rows)
    ]
    if len(folded) <= _LIMIT:
        return folded
    rest = sum(item.count if isinstance(item, Fold) else 1 for item in folded[_LIMIT:])
    return [*folded[:_LIMIT], Fold(rest, "more lines")]


def runs(left: Sequence[Line], right: Sequence[Line]) -> Iterator[Run]:
    """All lines of both in pairs, long runs of equal ones folded but for their ends."""
    aligned, done = list(_aligned(left, right)), 0
    for equal, group in groupby(aligned, key=lambda row: row.equal):
        run = tuple(group)
        done += len(run)
        hidden = run[_CONTEXT:] if done == len(aligned) else run[_CONTEXT:-_CONTEXT]
        if equal and len(hidden) >= _SMALLEST_FOLD:
            yield Run(run[:_CONTEXT], is_folded=False)
            yield Run(hidden, is_folded=True)
            if done < len(aligned):
                yield Run(run[-_CONTEXT:], is_folded=False)
        else:
            yield Run(run, is_folded=False)


def _aligned(left: Sequence[Line], right: Sequence[Line]) -> Iterator[Row]:
    matcher = SequenceMatcher(None, [line.key for line in left], [line.key for line in right], autojunk=False)
    for _, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        yield from (Row(*pair) for pair in zip_longest(left[left_start:left_end], right[right_start:right_end]))
