"""Members of a group, not all of which can be fixed together -> the parts of them that may be, the largest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

Member = TypeVar("Member")
Text = TypeVar("Text", bound=Hashable)

_MOST = 24
_MOST_SHARING = 8


def smaller_parts(members: Sequence[Member], variant: Callable[[Member], int]) -> Iterator[Sequence[Member]]:
    """The parts to try where all members together cannot be fixed, the larger ones first.

    Members of one variant are equal, so they go together.  Of parts of one size those without one variant come first,
    then those without one more, the rarer ones first, and at last the variants by themselves.
    """
    counts = Counter(variant(one) for one in members)
    mixed = islice(_mixed(counts), _MOST)
    by_themselves = (frozenset((only,)) for only, count in counts.most_common(_MOST) if count > 1)
    chosen = dict.fromkeys((*mixed, *by_themselves))
    parts = [[one for one in members if variant(one) in staying] for staying in chosen if len(staying) < len(counts)]
    return iter(sorted(parts, key=len, reverse=True))


def _mixed(counts: Mapping[int, int]) -> Iterator[frozenset[int]]:
    """Variants to keep, of which there are so many members; all but one, then all but one of the others, and so on."""
    kept = sorted(counts, key=lambda one: (-counts[one], one))
    seen: set[frozenset[int]] = set()
    while len(kept) > 1:
        for left_out in reversed(kept):
            staying = frozenset(kept) - {left_out}
            if staying not in seen and sum(counts[one] for one in staying) > 1:
                seen.add(staying)
                yield staying
        kept.pop()


def sharing_parts(members: Sequence[Member], said: Callable[[Member], Mapping[Text, int]]) -> list[Sequence[Member]]:
    """The parts whose members all say something, those first that save most; ``said`` gives what a member says, each
    with its size.  A group that holds together by pairs may have such a part, though none of its variants is rare."""
    holders: dict[Text, list[int]] = defaultdict(list)
    sizes: dict[Text, int] = {}
    for place, one in enumerate(members):
        for key, size in said(one).items():
            holders[key].append(place)
            sizes[key] = size
    saved: Counter[tuple[int, ...]] = Counter()
    for key, places in holders.items():
        if 1 < len(places) < len(members):
            saved[tuple(places)] += sizes[key] * (len(places) - 1)
    return [[members[place] for place in places] for places, _ in saved.most_common(_MOST_SHARING)]


def by_size(parts: Iterable[Sequence[Member]]) -> list[Sequence[Member]]:
    """The largest first, each once."""
    found: list[Sequence[Member]] = []
    for part in sorted(parts, key=len, reverse=True):
        if part not in found:
            found.append(part)
    return found
