"""The baseline: groups that were there when it was written -> which members of a group are known.

An entry keeps what outlives a run: fingerprints, paths and qualified names, but no line.  So what was moved,
reformatted or edited is still known, while a further copy of known ones is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from esper_lint.earlier import Earlier, Mark, mark_of
from esper_lint.findings import FileError, Group, Suppressed, UnitKind
from esper_lint.identity import Identified, IdentifiedMember, group_id


@dataclass(frozen=True, slots=True)
class Entry:
    """A known group.  ``line`` is where it stands in its file; ``rule`` is for the reader and decides nothing."""

    id: str
    rule: str
    unit: UnitKind
    members: tuple[Mark, ...]
    line: int = 0


def entry_of(rule: str, unit: UnitKind, members: Iterable[IdentifiedMember]) -> Entry:
    """An entry for these members, in the order in which they are written."""
    ordered = sorted(map(mark_of, members), key=lambda one: (one.path, one.qualname, one.fingerprint))
    return Entry(group_id([one.fingerprint for one in ordered]), rule, unit, tuple(ordered))


@dataclass(frozen=True)
class Baseline:
    """The entries of one file; ``name`` is its path relative to the project folder, with ``/``."""

    name: str
    entries: tuple[Entry, ...]

    def known(self, group: Identified) -> list[Suppressed | None]:
        """For each member of a group the place of the entry that knows it, or None if it is new."""
        found = self._earlier.members(group)
        return [one and Suppressed("baseline", f"{self.name}:{self.entries[one[0]].line}") for one in found]

    def as_now(self, groups: Iterable[Group], unread: Iterable[FileError]) -> list[Entry | None]:
        """Each entry with its members as they are now, without those that are gone; None if nothing is left of it.

        ``groups`` are all that there are, but for what stands in files and folders that could not be read.
        """
        now: list[dict[int, IdentifiedMember]] = [{} for _ in self.entries]
        rules = [entry.rule for entry in self.entries]
        for group in groups:
            for one, member in zip(self._earlier.members(group), group.members, strict=True):
                if one is None:
                    continue
                number, index = one
                if group.unit is self.entries[number].unit:
                    now[number][index] = member
                    rules[number] = group.rule
                else:  # a forward that is known by its class
                    now[number].setdefault(index, self.entries[number].members[index])
        unknown = {error.path for error in unread}
        left: list[list[IdentifiedMember]] = [
            [
                found.get(index, member)
                for index, member in enumerate(entry.members)
                if index in found or not unknown.isdisjoint(_with_folders(member.path))
            ]
            for entry, found in zip(self.entries, now, strict=True)
        ]
        return [
            entry_of(rule, entry.unit, members) if members else None
            for entry, rule, members in zip(self.entries, rules, left, strict=True)
        ]

    @cached_property
    def _earlier(self) -> Earlier:
        return Earlier(self.entries)


def _with_folders(path: str) -> Iterator[str]:
    """A path and the folders above it."""
    yield path
    while path := path.rpartition("/")[0]:
        yield path
