"""The versions of a group's members over time -> the commits that changed some of them and not the others.

Two members agree where they are equal but for consistent renaming and literals (clone type 1 or 2), and where they
agree so today, their literals are compared too.  What is said of a pair begins where it last agreed; a pair that never
did is silent, and so is one that agrees now.  Of what came after, only commits count that changed one of the two, and
not those that one member made up for in another commit: where one has come to say what the other said for a while,
both stand there, and what is one-sided came later.  Of classes that never agreed, the forwards are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

from esper_lint.history.tracing import Trace
from esper_lint.history.versions import Version


class OneSided(NamedTuple):
    """A change of some members and not of others, by their indices, at a step of a trace."""

    step: int
    changed: int
    unchanged: int


def one_sided(trace: Trace, members: Sequence[int], smallest: int) -> list[OneSided]:
    """Every change of one of two of these members and not of the other one since they last agreed, newest first.

    What is smaller than ``smallest`` symbols is too little to agree in: two stubs are no copies of each other.
    """
    alike: dict[tuple[Version | None, ...], list[int]] = {}
    for member in members:
        alike.setdefault(tuple(step.versions[member] for step in trace), []).append(member)
    history = _History(trace, smallest)
    # Members that were the same at any time need not be compared with the same others again and again.
    found = [
        OneSided(step, changed, unchanged)
        for one, other in combinations(alike.values(), 2)
        for step, is_first in history.since_agreement(one[0], other[0])
        for changed in (one if is_first else other)
        for unchanged in (other if is_first else one)
    ]
    return sorted(found)


class _History:
    def __init__(self, trace: Trace, smallest: int) -> None:
        self._trace = trace
        self._smallest = smallest
        self._and_before = [0] * len(trace)  # the step and all that it came from, a bit each
        for number in range(len(trace) - 1, -1, -1):
            self._and_before[number] = 1 << number
            for parent in trace[number].parents:
                self._and_before[number] |= self._and_before[parent]
        self._changes = cache(self._changes_of)
        self._said = cache(self._said_by)

    def since_agreement(self, one: int, other: int) -> Iterator[tuple[int, bool]]:
        """(step, whether it changed ``one``) for every step that changed one of two members only."""
        for keys in _WHOLE, _FORWARD:
            mine, theirs = self._key(0, one, keys.literal), self._key(0, other, keys.literal)
            if mine is None or mine == theirs:
                return
            # Between members that differ in a literal only, so does a commit that is to be told.
            is_literal = self._key(0, one, keys.renamed) == self._key(0, other, keys.renamed)
            key, kept = (keys.literal, keys.renamed) if is_literal else (keys.renamed, None)
            agreed = self._agreed(one, other, key)
            if agreed:
                yield from self._since(agreed, one, other, key, kept)
                return

    def _since(self, agreed: int, one: int, other: int, key: _Key, kept: _Key | None) -> Iterator[tuple[int, bool]]:
        last = _lowest(agreed)
        before = 0
        while left := agreed & ~before:
            before |= self._and_before[_lowest(left)]
        mine, theirs = (
            [at for at in self._changes(member, key, kept) if not before >> at & 1] for member in (one, other)
        )
        my_start, their_start = _last_meeting(
            *(
                [(-at, self._key(at, member, key)) for at in (last, *found)]
                for member, found in ((one, mine), (other, theirs))
            )
        )
        yield from ((at, True) for at in mine[my_start:] if at not in theirs)
        yield from ((at, False) for at in theirs[their_start:] if at not in mine)

    def _agreed(self, one: int, other: int, key: _Key) -> int:
        """The steps at which two members have the same key, a bit each: groups can have hundreds of members, so that
        pairs are many."""
        mine, theirs = self._said(one, key), self._said(other, key)
        agreed = 0
        for said in mine.keys() & theirs.keys():
            agreed |= mine[said] & theirs[said]
        return agreed

    def _said_by(self, member: int, key: _Key) -> dict[str | None, int]:
        """Every key that a member had while it was large enough, with its steps, a bit each."""
        found: dict[str | None, int] = {}
        for number, step in enumerate(self._trace):
            version = step.versions[member]
            if version is not None and version.own >= self._smallest:
                said = key(version)
                found[said] = found.get(said, 0) | 1 << number
        return found

    def _key(self, number: int, member: int, key: _Key) -> str | None:
        version = self._trace[number].versions[member]
        return None if version is None else key(version)

    def _changes_of(self, member: int, key: _Key, kept: _Key | None) -> list[int]:
        """The steps that gave a member another key than it had before, oldest first; with another one ``kept``."""
        return [
            number
            for number in range(len(self._trace) - 1, -1, -1)
            if self._is_changed(number, member, key) and not (kept and self._is_changed(number, member, kept))
        ]

    def _is_changed(self, number: int, member: int, key: _Key) -> bool:
        """A merge in which changes of both sides meet made neither of them."""
        now = self._key(number, member, key)
        before = {self._key(parent, member, key) for parent in self._trace[number].parents} - {None}
        return now is not None and len(before) == 1 and now not in before


_Key = Callable[[Version], "str | None"]


class _Keys(NamedTuple):
    """What is compared of a unit: with literals left open, and with them."""

    renamed: _Key
    literal: _Key


_WHOLE = _Keys(lambda version: version.renamed, lambda version: version.literal)
# Classes that differ in their constructors from the start may have agreed in what they compute.
_FORWARD = _Keys(
    lambda version: version.forward and version.forward.renamed,
    lambda version: version.forward and version.forward.literal,
)


def _lowest(bits: int) -> int:
    """The number of the lowest bit that is set, hence of the newest step."""
    return (bits & -bits).bit_length() - 1


_Said = Sequence[tuple[int, "str | None"]]


def _last_meeting(mine: _Said, theirs: _Said) -> tuple[int, int]:
    """Where two sequences of (time, what was said) with the same beginning last came to the same: the places that are
    furthest on, and of such the latest."""
    places = {said: place for place, (_, said) in enumerate(theirs)}
    meetings = [(place, places[said]) for place, (_, said) in enumerate(mine) if said in places]

    def rank(meeting: tuple[int, int]) -> tuple[int, list[int]]:
        return sum(meeting), sorted((mine[meeting[0]][0], theirs[meeting[1]][0]))

    return max(meetings, key=rank)
