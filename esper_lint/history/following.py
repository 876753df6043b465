"""A unit at a commit -> the same unit in the commit's parent, wherever it was then and whatever it was called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from esper_lint.findings import UnitKind
from esper_lint.history.contents import Contents
from esper_lint.history.log import Change, Log
from esper_lint.history.versions import Version, Written


class Place(NamedTuple):
    """Where a unit is at a commit: its file, its class and its number among those of that name in the file."""

    path: str
    qualname: str
    number: int


class Standing(NamedTuple):
    """A unit at a commit: where it is and what it says."""

    place: Place
    version: Version


def standings(path: str, units: Iterable[Written]) -> Iterator[Standing]:
    """All units of a file."""
    counts: dict[str, int] = {}
    for one in units:
        number = counts.get(one.qualname, 0)
        counts[one.qualname] = number + 1
        yield Standing(Place(path, one.qualname, number), one.version)


class Follower:
    """Follows units of one kind back through a log."""

    def __init__(self, log: Log, contents: Contents, kind: UnitKind) -> None:
        self._log = log
        self._contents = contents
        self._kind = kind
        self._gone: dict[int, list[Standing]] = {}

    def before(self, number: int, unit: Standing) -> Standing | None:
        """The unit in the first parent of a commit, or None if the commit created it."""
        change = self._log.change(unit.place.path, number)
        if change is None:
            return unit
        if change.old_path:
            found = self._in_file(change.old_path, change.old, unit)
            if found is not None:
                return found
        if number not in self._gone:
            self._gone[number] = list(self._gone_from(self._log.entries[number].changes))
        return moved_from(unit, self._gone[number])

    def at(self, number: int, unit: Standing, places: Iterable[Place]) -> Standing | None:
        """The unit at any commit, in the first of ``places`` in which there is one, or None."""
        for place in places:
            content = self._log.content(place.path, number)
            if content:
                found = self._in_file(place.path, content, Standing(place, unit.version))
                if found is not None:
                    return found
        return None

    def _in_file(self, path: str, content: str, unit: Standing) -> Standing | None:
        """The unit of that name in a content.  What cannot be read counts as saying the same, so that a change is put
        down to the commit after which the file could not be read."""
        units = self._contents.units(content, self._kind)
        if units is None:
            return unit._replace(place=unit.place._replace(path=path))
        return named_like(unit, standings(path, units))

    def _gone_from(self, changes: Sequence[Change]) -> Iterator[Standing]:
        """The units that a commit took away from where they were."""
        self._contents.read(name for change in changes if change.old for name in (change.old, change.new))
        for change in changes:
            before = self._contents.units(change.old, self._kind) if change.old else None
            after = self._contents.units(change.new, self._kind) if change.new else ()
            if before and after is not None:
                left = {one.qualname for one in after}
                yield from (one for one in standings(change.old_path, before) if one.place.qualname not in left)


def named_like(unit: Standing, others: Iterable[Standing]) -> Standing | None:
    """The one of the same qualified name; where there are several (a class defined on both branches of a condition),
    the one that says the same, else the one of the same number."""
    alike = [one for one in others if one.place.qualname == unit.place.qualname]
    equal = [one for one in alike if one.version.exact == unit.version.exact]
    same = [one for one in alike if one.place.number == unit.place.number]
    if len(equal) > 1:  # so equal that their order must tell
        return next((one for one in same if one in equal), equal[0])
    return next(iter([*equal, *same, *alike]), None)


def moved_from(unit: Standing, gone: Sequence[Standing]) -> Standing | None:
    """The one of those that went away that this unit was: one that says the same, else one of its name.

    A copy is nothing that went away, so it is none.
    """
    name = unit.place.qualname.rpartition(".")[2]

    def rank(other: Standing) -> tuple[bool, bool, bool, bool, Place]:
        return (
            other.version.exact != unit.version.exact,
            other.place.qualname != unit.place.qualname,
            other.place.qualname.rpartition(".")[2] != name,
            other.place.path != unit.place.path,
            other.place,
        )

    related = [
        one
        for one in gone
        if one.version.renamed == unit.version.renamed or one.place.qualname.rpartition(".")[2] == name
    ]
    return min(related, key=rank, default=None)
