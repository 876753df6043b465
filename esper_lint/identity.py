"""What makes a member, and a group, the same across runs.

Neither identity holds a line number or a path, so moves, reformatting and edits elsewhere change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from esper_lint.findings import UnitKind
    from esper_lint.matching.units import Unit


def fingerprints(units: Sequence[Unit]) -> tuple[str, ...]:
    """A member's fingerprint: hash of qualname, normal form, and its ordinal among equals in path order.

    ``units`` are all units of one kind of the tree, in path order: the ordinal must not depend on what was reported.
    """
    seen: dict[str, int] = {}
    result = []
    for unit in units:
        equal = name_and_form(unit)
        ordinal = seen.get(equal, 0)
        seen[equal] = ordinal + 1
        text = f"{equal}\0{ordinal}"
        result.append(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest())
    return tuple(result)


def name_and_form(unit: Unit) -> str:
    """What fingerprints are made of; units that share it are told apart by their ordinal."""
    return "\0".join((unit.kind.value, unit.owner.qualname, unit.key.renamed))


def group_id(members: Sequence[str]) -> str:
    """A group's id is its first member's fingerprint, in sorted order."""
    return min(members)


class IdentifiedMember(Protocol):
    """All of a member that outlives a run; ``forwards`` are the fingerprints of the forwards of a class."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def qualname(self) -> str: ...

    @property
    def forwards(self) -> Sequence[str]: ...


class Identified(Protocol):
    """All of a group that outlives a run, whatever else is known of it."""

    @property
    def unit(self) -> UnitKind: ...

    @property
    def members(self) -> Sequence[IdentifiedMember]: ...


def is_same_group(old: Identified, new: Identified) -> bool:
    """Whether a group of one run is a group of another: at least half of the members of the larger match."""
    if old.unit is not new.unit:
        return False
    return 2 * len(matched(old.members, new.members)) >= max(len(old.members), len(new.members))


def keys_of(group: Identified) -> Iterator[tuple[str, ...]]:
    """Groups share one of these if they are of one kind and have a member in common."""
    for member in group.members:
        yield group.unit.value, member.fingerprint
        yield group.unit.value, member.path, member.qualname


def matched(old: Sequence[IdentifiedMember], new: Sequence[IdentifiedMember]) -> dict[int, int]:
    """Which member of ``old`` is which of ``new``, by their indices, where both are of one group.

    Members match by path and qualname, or by fingerprint, and one matches one at most; as many match as can.  Where
    more than one answer does that, places count: a new equal member takes over the fingerprint of one that comes after
    it in path order, and is new all the same.
    """
    found = _by_place(old, new)
    by_fingerprint = {member.fingerprint: index for index, member in enumerate(old)}
    placed = set(found.values())
    for start in range(len(new)):
        # A member that kept no place may claim another's by fingerprint, if that one can move on to its own, and so on.
        trail: dict[int, int] = {}
        at: int | None = None if start in placed else start
        while at is not None:
            index = by_fingerprint.get(new[at].fingerprint)
            if index is None or index in trail:
                break
            trail[index] = at
            at = found.get(index)
        else:
            found.update(trail)
    return found


def _by_place(old: Sequence[IdentifiedMember], new: Sequence[IdentifiedMember]) -> dict[int, int]:
    """Old index -> new index where path and qualname are equal.  Several with equal ones (a class that is defined on
    both branches of a condition) match by fingerprint as far as they do, then in their order."""
    waiting: dict[tuple[str, str], list[int]] = {}
    for index, member in enumerate(old):
        waiting.setdefault((member.path, member.qualname), []).append(index)
    found: dict[int, int] = {}
    for exactly in (True, False):
        taken = set(found.values())
        for index, member in enumerate(new):
            places = waiting.get((member.path, member.qualname), [])
            for place in places if index not in taken else ():
                if not exactly or old[place].fingerprint == member.fingerprint:
                    found[place] = index
                    places.remove(place)
                    break
    return found
