"""What contracts say of a tree: who belongs to which, where members no longer agree, and what declares nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from esper_lint.findings import Member, Note

if TYPE_CHECKING:
    from esper_lint.contracts.agreement import Difference
    from esper_lint.discovery.noqa import Noqa


HEARD = ("forward", "esper:", "Copied from")
"""A file without any of these says nothing of itself, and front ends need not look into it."""


class Place(NamedTuple):
    """A definition and the line of its ``class`` or ``def``."""

    path: str
    qualname: str
    line: int


class Edited(NamedTuple):
    """Which of two places was edited last, and by which commit; without one, that is still to come."""

    place: Place
    commit: str = ""
    subject: str = ""


class Drift(NamedTuple):
    """One difference of a member from the one that it is held against; after the last that is told, ``untold`` are
    not.

    ``line`` and ``column`` are where it is in the member's file, ``source_line`` where in the source's.  ``contract``
    is how people call it.  ``is_heard`` tells whether front ends read the source's file for its own sake.  ``edited``
    is what git knows, if anybody asked it.
    """

    contract: str
    member: Place
    source: Place
    line: int
    column: int
    source_line: int
    difference: Difference
    untold: int
    is_heard: bool
    edited: Edited | None = None


class Dead(NamedTuple):
    """A comment that declares nothing: where, from 1, and why.  It is certain only if all files are known, unless it
    ``is_certain`` from the comment alone."""

    path: str
    line: int
    column: int
    message: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Contracts:
    """All contracts of a tree.

    ``members`` maps a path, and there a definition by its first and last line, to the keys of the contracts that it
    is in, and ``loose`` to the lines there that no contract holds.  ``names`` maps a key to what people call the
    contract and where it is declared.  ``noqa`` has, by path, the comments that speak for the lines of findings.
    ``notes`` tell of members that agree only as another tool reads them.
    """

    members: Mapping[str, Mapping[tuple[int, int], tuple[str, ...]]] = field(default_factory=dict)
    loose: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    drifts: tuple[Drift, ...] = ()
    dead: tuple[Dead, ...] = ()
    notes: tuple[Note, ...] = ()
    noqa: Mapping[str, tuple[Noqa, ...]] = field(default_factory=dict)

    def holding(self, members: Iterable[Member]) -> tuple[str, str] | None:
        """Name and place of a contract that holds all of these units in lock-step, each by a definition of its own."""
        held: list[dict[str, tuple[str, int]]] = []
        shared: Set[str] = set()
        for member in members:
            held.append(dict(self._of(member)))
            shared = shared & held[-1].keys() if len(held) > 1 else held[0].keys()
            if not shared:  # as in most groups, at the first member
                return None
        for key in sorted(shared):
            if len({one[key] for one in held}) == len(held):
                return self.names[key]
        return None

    def holder(self, member: Member) -> str | None:
        """The name of a contract that a unit is in, itself or with what encloses it, if there is one."""
        return next((self.names[key][0] for key, _ in self._of(member)), None)

    def _of(self, member: Member) -> Iterator[tuple[str, tuple[str, int]]]:
        """The contracts that a unit is in, itself or with what encloses it, and by which definition."""
        declared = self.members.get(member.path)
        if not declared or any(
            start <= member.line and member.end_line <= end for start, end in self.loose.get(member.path, ())
        ):
            return
        for (line, end), keys in declared.items():
            if line <= member.line and member.end_line <= end:
                for key in keys:
                    yield key, (member.path, line)
