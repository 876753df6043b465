"""Anti-unification: where two lists of statements differ, in the smallest terms that can differ.

The least general generalisation of two terms (Plotkin 1970) keeps what they share and leaves holes for the rest; for
programs, statement lists are aligned first, and holes open only where source can be put (Bulychev & Minea 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from esper_lint.findings import HoleKind
from esper_lint.matching.alignment_statements import matched
from esper_lint.matching.reading_terms import Term, TermTable

Path = tuple[int, ...]


class Region(NamedTuple):
    """Children ``start`` up to ``end`` of the term at ``parent``, a path of child indexes from the statement list.

    A run of statements (``is_run``), perhaps empty, or else one term.
    """

    parent: Path
    start: int
    end: int
    is_run: bool


@dataclass(slots=True)
class Antiunifier:
    """Finds the regions of a first list of statements that differ from a second.

    ``pairs`` tells for every block that was aligned, by its path in the first, which of its statements answer to
    which; the blocks without an entry are equal one by one.
    """

    table: TermTable
    pairs: dict[Path, dict[int, int]] = field(default_factory=dict)

    def blocks(self, left: Sequence[Term], right: Sequence[Term], path: Path = (), shift: int = 0) -> list[Region]:
        """The regions where two statement lists differ, counted as if ``shift`` equal statements stood before."""
        regions: list[Region] = []
        pairs = self.pairs[path] = {at: at for at in range(shift)}
        next_left = next_right = shift
        for i, j in matched(left, right, self.table):
            within = self._terms(left[i], right[j], (*path, shift + i))
            if within is None:
                continue
            if (next_left, next_right) != (shift + i, shift + j):
                regions.append(Region(path, next_left, shift + i, True))
            regions.extend(within)
            pairs[shift + i] = shift + j
            next_left, next_right = shift + i + 1, shift + j + 1
        if (next_left, next_right) != (shift + len(left), shift + len(right)):
            regions.append(Region(path, next_left, shift + len(left), True))
        return regions

    def _terms(self, left: Term, right: Term, path: Path) -> list[Region] | None:
        """The regions where two terms differ; None if they do, and a hole can open neither in them nor for them."""
        if left.key == right.key:
            return []
        if left.is_block and right.is_block:
            return self.blocks(left.children, right.children, path)
        here = None
        if left.kind and right.kind and HoleKind.STATEMENTS not in (left.kind, right.kind):
            here = [Region(path[:-1], path[-1], path[-1] + 1, False)]
        if left.label != right.label or not left.children or (here and _wraps(left, right)):
            return here
        regions: list[Region] = []
        for at, (a, b) in enumerate(zip(left.children, right.children, strict=True)):
            within = self._terms(a, b, (*path, at))
            if within is None:
                return here
            regions.extend(within)
        return here if here and _differs_as_whole(left, right, regions, path) else regions


def _wraps(left: Term, right: Term) -> bool:
    """Whether one is the other with something around it: ``drop(proj(x))`` and ``proj(x)`` differ as wholes."""
    return left.holds(right) or right.holds(left)


def _differs_as_whole(left: Term, right: Term, regions: list[Region], path: Path) -> bool:
    """Whether a difference says that something else is named or called, rather than that a part was changed.

    ``F.gelu`` and ``torch.tanh`` do, ``self.width`` and ``self.config.width``, and calls of such functions.  So do
    ``x.permute(0, 3, 1, 2)`` and ``x.permute(0, 2, 3, 1)``: no one would call that three other numbers.
    """
    if left.kind is HoleKind.CALL:
        arguments = len(left.children) - 1
        other = sum(
            _is_other((left.children[at], right.children[at]), regions, (*path, at)) for at in range(1, arguments + 1)
        )
        return _is_other((left, right), regions, path) or (other > 1 and arguments <= 2 * other)
    if left.children[-1].kind is not HoleKind.ATTRIBUTE or Region(path, 0, 1, False) not in regions:
        return False
    is_dotted = left.children[0].is_dotted and right.children[0].is_dotted
    return Region(path, 1, 2, False) in regions or (is_dotted and _is_other((left, right), regions, path))


def _is_other(pair: tuple[Term, Term], regions: list[Region], path: Path) -> bool:
    """Whether the first child of one term is not that of another, renamed or changed in part, but something else."""
    left, right = (term.children[0] for term in pair)
    return not (left.kind is right.kind is HoleKind.NAME) and Region(path, 0, 1, False) in regions
