"""Members of a group, not all of which can be fixed together -> the largest part of them that can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Member = TypeVar("Member")
Result = TypeVar("Result")

_MOST_TRIALS = 24


def largest(
    members: Sequence[Member],
    variant: Callable[[Member], int],
    attempt: Callable[[Sequence[Member]], Result],
    succeeded: Callable[[Result], bool],
) -> tuple[Sequence[Member], Result]:
    """The largest part for which an attempt succeeds, with what it gave; all members and what failed if there is none.

    Members of one variant are equal, so they go together.  After all, those without one variant are tried, then without
    one more, the rarer ones first, and at last the variants by themselves.
    """
    whole = attempt(members)
    if succeeded(whole):
        return members, whole
    for part in list(_parts(members, variant))[:_MOST_TRIALS]:
        found = attempt(part)
        if succeeded(found):
            return part, found
    return members, whole


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
