"""What makes a member, and a group, the same across runs.

Neither identity holds a line number or a path, so moves, reformatting and edits elsewhere change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from esper_lint.findings import Group
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


def is_same_group(old: Group, new: Group) -> bool:
    """Whether a group of one run is a group of another: at least half of the members of the larger match.

    Members match by fingerprint, else by path and qualname.
    """
    if old.unit is not new.unit:
        return False
    fingerprints_left = {member.fingerprint: member for member in new.members}
    places_left = {(member.path, member.qualname): member for member in new.members}
    matched = 0
    unmatched = []
    for member in old.members:
        found = fingerprints_left.pop(member.fingerprint, None)
        if found is None:
            unmatched.append(member)
        else:
            places_left.pop((found.path, found.qualname), None)
            matched += 1
    for member in unmatched:
        if places_left.pop((member.path, member.qualname), None) is not None:
            matched += 1
    return 2 * matched >= max(len(old.members), len(new.members))
