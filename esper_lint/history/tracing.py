"""The members of a group as they are now -> their versions over time, one for all of them at each step.

History is a graph, and a step is a commit after which some member said something else than after its parents.  At a
merge that says, of these members, the same as one of its parents, the others are left out, as git does it: so a change
that a branch brought is the change of a commit of that branch, and a branch that was overruled changed nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from esper_lint.history.following import Follower, Place, Standing
from esper_lint.history.log import Commit, Log
from esper_lint.history.versions import Version


class Step(NamedTuple):
    """``versions`` are those of the members, in their order, None for one that did not exist; ``commit`` is None for
    what is not committed yet; ``parents`` are the numbers of the steps before it."""

    commit: Commit | None
    versions: tuple[Version | None, ...]
    parents: tuple[int, ...]


Trace = tuple[Step, ...]
"""Newest first; the first one is now, and any step comes before its parents."""

_State = tuple[Standing | None, ...]


def trace(now: Sequence[Version], committed: Sequence[Standing | None], log: Log, follower: Follower) -> Trace:
    """``now`` is what the members say, and ``committed`` where and how they are in the newest commit, if they are."""
    walk = _Walk(log, follower, len(now))
    start = walk.run(tuple(committed))
    commits = _reached(start, walk.edges)
    steps = [Step(log.entries[number].commit, walk.versions[number], ()) for number in commits]
    places = {number: place for place, number in enumerate(commits)}
    steps = [
        step._replace(parents=tuple(places[parent] for parent in walk.edges[number]))
        for step, number in zip(steps, commits, strict=True)
    ]
    if steps and steps[0].versions == tuple(now):
        return tuple(steps)
    later = [step._replace(parents=tuple(parent + 1 for parent in step.parents)) for step in steps]
    return (Step(None, tuple(now), (1,) if steps else ()), *later)


def _reached(start: int | None, edges: dict[int, list[int]]) -> list[int]:
    seen: set[int] = set()
    waiting = [] if start is None else [start]
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            waiting.extend(edges[number])
    return sorted(seen)


class _Walk:
    """From the newest commit back.  ``edges`` has, for each commit that is a step, those before it."""

    def __init__(self, log: Log, follower: Follower, members: int) -> None:
        self.edges: dict[int, list[int]] = {}
        self.versions: dict[int, tuple[Version | None, ...]] = {}
        self._log = log
        self._follower = follower
        self._same: dict[int, int | None] = {}  # a commit that is no step, and where it leads
        self._known: list[dict[Place, None]] = [{} for _ in range(members)]
        self._waiting: list[tuple[int, _State, bool]] = []

    def run(self, committed: _State) -> int | None:
        """The first step, if there is any."""
        start = self._go(0, committed)
        while self._waiting:
            number, state, is_back = self._waiting.pop()
            if is_back:
                self._other_parents(number, state)
            elif number not in self._same and number not in self.versions:
                self._arrive(number, state)
        for number, edges in self.edges.items():
            ends = (self._end(edge) for edge in edges)
            self.edges[number] = list(dict.fromkeys(end for end in ends if end is not None))
        return self._end(start)

    def _go(self, number: int, state: _State) -> int | None:
        """The newest commit, from this one on back, that touched a member's file; it will be looked at."""
        touches = (self._log.last_touch(one.place.path, number) for one in state if one is not None)
        touched = min((one for one in touches if one is not None), default=None)
        if touched is not None:
            self._waiting.append((touched, state, False))
        return touched

    def _arrive(self, number: int, state: _State) -> None:
        for known, one in zip(self._known, state, strict=True):
            if one is not None:
                known.setdefault(one.place)
        parents = self._log.entries[number].parents
        before: _State = (None,) * len(state)
        if parents:
            before = tuple(one and self._follower.before(number, one) for one in state)
            if _versions(before) == _versions(state):
                self._same[number] = self._go(parents[0], before)
                return
            for parent in parents[1:]:
                other = self._at(parent, state)
                if _versions(other) == _versions(state):
                    self._same[number] = self._go(parent, other)
                    return
        self.versions[number] = _versions(state)
        self.edges[number] = []
        if len(parents) > 1:
            # What the members were called on the other side is known once the first has been walked.
            self._waiting.append((number, state, True))
        if parents and (first := self._go(parents[0], before)) is not None:
            self.edges[number].append(first)

    def _other_parents(self, number: int, state: _State) -> None:
        for parent in self._log.entries[number].parents[1:]:
            other = self._at(parent, state)
            end = self._go(parent, other)
            if end is None:
                continue
            if _versions(other) == _versions(state):
                del self.versions[number], self.edges[number]
                self._same[number] = end
                return
            self.edges[number].append(end)

    def _at(self, number: int, state: _State) -> _State:
        """The members at a commit to which no difference leads, under one of the names that they have had."""
        found = []
        for known, one in zip(self._known, state, strict=True):
            found.append(None if one is None else self._follower.at(number, one, [one.place, *known]))
        return tuple(found)

    def _end(self, number: int | None) -> int | None:
        while number is not None and number in self._same:
            number = self._same[number]
        return number


def _versions(state: _State) -> tuple[Version | None, ...]:
    return tuple(None if one is None else one.version for one in state)
