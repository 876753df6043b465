"""Groups of another time -> which members of a group of today they had.

The baseline and ``--new-from`` both ask here, so that both mean the same by what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from esper_lint.findings import UnitKind
from esper_lint.identity import Identified, IdentifiedMember, is_same_group, keys_of, matched


@dataclass(frozen=True, slots=True)
class Mark:
    """What of a member outlives a run; ``forwards`` are the fingerprints of the forwards of a class."""

    fingerprint: str
    path: str
    qualname: str
    forwards: tuple[str, ...] = ()


def mark_of(member: IdentifiedMember) -> Mark:
    return Mark(member.fingerprint, member.path, member.qualname, tuple(member.forwards))


class Earlier:
    """The groups of another time, to find in them the members of a group of today."""

    def __init__(self, groups: Sequence[Identified]) -> None:
        self._views = [view for number, group in enumerate(groups) for view in _views(number, group)]
        self._by_key: dict[tuple[str, ...], list[_View]] = {}
        self._by_fingerprint: dict[str, tuple[int, int]] = {}
        for view in self._views:
            for key in keys_of(view):
                self._by_key.setdefault(key, []).append(view)
            for place, member in zip(view.places, view.members, strict=True):
                self._by_fingerprint.setdefault(member.fingerprint, place)

    def members(self, group: Identified) -> list[tuple[int, int] | None]:
        """For each member of ``group`` the number of the group that had it and its index there, or None if it is new.

        A member is known from a group that this one is: the same, or one that holds all of this one or that this one
        holds all of, as nothing has changed for those that stay when others come or leave.  Classes count as their
        forwards too, then and now, but a group that is of the same unit kind itself comes first.  A member is also
        known from any other group by its fingerprint or those of its forwards.  What was not edited is no more like
        others that were not than it was, however the groups are drawn: where one file is deleted, what it was a copy of
        may fall to another group.
        """
        found: list[tuple[int, int] | None] = [None] * len(group.members)
        for now in _views(0, group):
            near = {id(view): view for key in keys_of(now) for view in self._by_key.get(key, ())}
            for view in sorted(near.values(), key=lambda view: not view.is_itself):
                pairs = matched(view.members, now.members)
                if is_same_group(view, now) or len(pairs) == min(len(view.members), len(now.members)):
                    for old, new in pairs.items():
                        index = now.places[new][1]
                        found[index] = found[index] or view.places[old]
        claimed = set(found)
        for index, member in enumerate(group.members):
            for fingerprint in (member.fingerprint, *member.forwards):
                place = self._by_fingerprint.get(fingerprint)
                # Of equal copies with one name a new one may take over the fingerprint of another that is still there.
                if found[index] is None and place not in claimed:
                    found[index] = place
        return found


@dataclass(frozen=True, slots=True)
class _View:
    """A group as its own unit kind, or as the forwards of its classes; ``places`` are the number of the group and the
    index of each member in it."""

    is_itself: bool
    unit: UnitKind
    members: tuple[Mark, ...]
    places: tuple[tuple[int, int], ...]


def _views(number: int, group: Identified) -> Iterator[_View]:
    """A group as what it is and, since classes that repeat each other do so with their forwards, as a forward group."""
    members = [((number, index), mark_of(member)) for index, member in enumerate(group.members)]
    yield _view(True, group.unit, members)
    forwards = [(place, Mark(one, mark.path, mark.qualname)) for place, mark in members for one in mark.forwards]
    if forwards:
        yield _view(False, UnitKind.FORWARD, forwards)


def _view(is_itself: bool, unit: UnitKind, members: Iterable[tuple[tuple[int, int], Mark]]) -> _View:
    places, marks = zip(*members, strict=True)
    return _View(is_itself, unit, marks, places)
