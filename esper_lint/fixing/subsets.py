"""Members of a group, not all of which can be fixed together -> the parts of them that may be, the largest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

Member = TypeVar("Member")

_MOST = 24


def smaller_parts(members: Sequence[Member], variant: Callable[[Member], int]) -> Iterator[Sequence[Member]]:
    """The parts to try where all members together cannot be fixed, the larger ones first.

    Members of one variant are equal, so they go together.  Of parts of one size those without one variant come first,
    then those without one more, the rarer ones first, and at last the variants by themselves.
    """
    return iter(sorted(islice(_parts(members, variant), _MOST), key=len, reverse=True))


def _parts(members: Sequence[Member], variant: Callable[[Member], int]) -> Iterator[Sequence[Member]]:
    counts = Counter(variant(one) for one in members)
    kept = sorted(counts, key=lambda one: (-counts[one], one))
    seen = set()
    while len(kept) > 1:
        for left_out in reversed(kept):
            staying = frozenset(kept) - {left_out}
            part = [one for one in members if variant(one) in staying]
            if len(part) > 1 and staying not in seen:
                seen.add(staying)
                yield part
        kept.pop()
    for only in sorted(counts, key=lambda one: -counts[one]):
        part = [one for one in members if variant(one) == only]
        if len(part) > 1 and frozenset((only,)) not in seen:
            yield part
