"""Regions of the first passage in the eyes of every other: merged so that none overlap, and found again there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from esper_lint.matching.antiunify import Antiunifier, Path, Region
from esper_lint.matching.reading import Body
from esper_lint.matching.reading_terms import Term


def merged(regions: Iterable[Region]) -> list[Region]:
    """The regions, with those in others left out and runs that touch made one."""
    kept: dict[Region, None] = {}
    under: dict[Path, list[Region]] = {}
    # Whatever holds a region has a shorter path, and so comes before it.
    for region in sorted(set(regions), key=lambda region: (len(region.parent), region)):
        if any(_is_held(region, depth, under) for depth in range(len(region.parent))):
            continue
        siblings = under.setdefault(region.parent, [])
        near = [other for other in siblings if _touches(other, region)]
        for other in near:
            siblings.remove(other)
            del kept[other]
        joined = reduce(_joined, near, region)
        siblings.append(joined)
        kept[joined] = None
    return list(kept)


def _is_held(region: Region, depth: int, under: Mapping[Path, Sequence[Region]]) -> bool:
    """Whether one of the regions ``under`` the first steps of its path holds a region."""
    at = region.parent[depth]
    return any(outer.start <= at < outer.end for outer in under.get(region.parent[:depth], ()))


def _touches(one: Region, other: Region) -> bool:
    """Whether two regions under one parent are runs with nothing between them."""
    return one.is_run and other.is_run and one.start <= other.end and other.start <= one.end


def _joined(one: Region, other: Region) -> Region:
    return Region(one.parent, min(one.start, other.start), max(one.end, other.end), True)


@dataclass(slots=True)
class Counterpart:
    """A passage beside the first one: ``regions`` of the first differ from it, and for each it has an answer.

    ``equal`` are the top-level statements of the first that stand here unchanged.
    """

    body: Body
    regions: list[Region]
    equal: frozenset[int]
    pairs: dict[Path, dict[int, int]]

    @classmethod
    def between(cls, first: Body, body: Body) -> Counterpart:
        """Raises UnreadablePassage; reads only what is not word for word the same at either end."""
        count, shortest = len(first), min(len(first), len(body))
        if first.words == body.words:
            return cls(body, [], frozenset(range(count)), {})
        head = 0
        while head < shortest and _same_words(first, head, body, head):
            head += 1
        tail = 0
        while tail < shortest - head and _same_words(first, count - 1 - tail, body, len(body) - 1 - tail):
            tail += 1
        left = [first.statement(at) for at in range(head, count - tail)]
        right = [body.statement(at) for at in range(head, len(body) - tail)]
        antiunifier = Antiunifier(first.reader.table)
        regions = antiunifier.blocks(left, right, shift=head)
        top = antiunifier.pairs[()]
        equal = {i for i, j in top.items() if i < head or left[i - head].key == right[j - head].key}
        for at in range(tail, 0, -1):
            top[count - at] = len(body) - at
            equal.add(count - at)
        return cls(body, regions, frozenset(equal), antiunifier.pairs)

    def answer(self, region: Region) -> tuple[int, Term]:
        """What here answers to a merged region of the first that is one term: it, and the number of its statement."""
        path, pairs = (*region.parent, region.start), self.pairs
        statement = pairs.get((), {}).get(path[0], path[0])
        term = self.body.statement(statement)
        for depth in range(1, len(path)):
            at = path[depth]
            term = term.children[pairs.get(path[:depth], {}).get(at, at) if term.is_block else at]
        return statement, term

    def place(self, region: Region) -> tuple[int, int]:
        """Offsets into the passage of what answers to a merged region of the first."""
        if region.is_run:
            return self._run_extent(self._run(region))
        return self.body.extent(*self.answer(region))

    def _run(self, region: Region) -> Region:
        parent = self._path(region.parent)
        pairs = self.pairs.get(region.parent)
        if pairs is None:
            return region._replace(parent=parent)
        start = max((j + 1 for i, j in pairs.items() if i < region.start), default=0)
        end = min((j for i, j in pairs.items() if i >= region.end), default=self._size(parent))
        return Region(parent, start, end, True)

    def _path(self, path: Path) -> Path:
        """A path of the first, over statements that differ in parts at most, as a path here."""
        return tuple(self.pairs.get(path[:depth], {}).get(at, at) for depth, at in enumerate(path))

    def _size(self, block: Path) -> int:
        return len(self._term(block).children) if block else len(self.body)

    def _term(self, path: Path) -> Term:
        term = self.body.statement(path[0])
        for at in path[1:]:
            term = term.children[at]
        return term

    def _run_extent(self, region: Region) -> tuple[int, int]:
        """Offsets into the passage of a run of this passage; for an empty one, twice where it would stand."""
        if region.start < region.end:
            return self._extent((*region.parent, region.start))[0], self._extent((*region.parent, region.end - 1))[1]
        if region.start < self._size(region.parent):
            start, _ = self._extent((*region.parent, region.start))
            return start, start
        if region.start:
            _, end = self._extent((*region.parent, region.start - 1))
            return end, end
        place = self._place_of_empty_block(region.parent)
        return place, place

    def _place_of_empty_block(self, block: Path) -> int:
        """After what precedes it in its statement: an absent ``else`` would follow the body."""
        if not block:
            return 0
        owner = block[:-1]
        for at in range(block[-1] - 1, -1, -1):
            before = self._term((*owner, at))
            if not before.is_block:
                return self._extent((*owner, at))[1]
            if before.children:
                return self._extent((*owner, at, len(before.children) - 1))[1]
        return self._extent(owner)[0]

    def _extent(self, path: Path) -> tuple[int, int]:
        return self.body.extent(path[0], self._term(path))


def _same_words(one: Body, i: int, other: Body, j: int) -> bool:
    words = one.plain_statement(i)
    return words is not None and words == other.plain_statement(j)
