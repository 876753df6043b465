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
