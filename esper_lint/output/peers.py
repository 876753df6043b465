"""The other copies that a finding speaks of, for formats that can point at more than one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from esper_lint.findings import Finding, Group, Member, Report

# Some groups have hundreds of members, and each of them has a finding: all peers of all would be a square.
LIMIT = 10


@dataclass(frozen=True, slots=True)
class Nearest:
    """The members most like one, the most alike first, and how many there are beside them."""

    members: tuple[Member, ...]
    more: int


class Peers:
    """Finds, for any finding of a report, the members of its group that are not silent."""

    def __init__(self, report: Report) -> None:
        self._groups = {group.id: group for group in report.groups}
        # What only the baseline knows stays a peer: a new copy is a copy of it.
        self._silent = {
            (one.group, one.fingerprint)
            for one in report.findings
            if one.suppressed is not None and one.suppressed.kind != "baseline"
        }
        # Findings come by place, so those of one group are scattered; of its variants there are few.
        self._ranked = lru_cache(maxsize=None)(self._rank)

    def __call__(self, finding: Finding) -> Nearest:
        """At most ``LIMIT`` of them, for a finding that is not silent itself; nobody if it belongs to no group."""
        group = self._groups.get(finding.group or "")
        own = None if group is None else _member(group, finding)
        if group is None or own is None:
            return Nearest((), 0)
        ranked, count = self._ranked(group.id, own.variant)
        others = tuple(member for member in ranked if member is not own)[:LIMIT]
        return Nearest(others, count - 1 - len(others))

    def _rank(self, group_id: str, variant: int) -> tuple[tuple[Member, ...], int]:
        """The members nearest to a variant, itself included, one more than are shown, and how many there are."""
        group = self._groups[group_id]
        active = [member for member in group.members if (group_id, member.fingerprint) not in self._silent]
        active.sort(key=lambda member: -group.likeness(variant, member.variant))  # stable: equals stay in path order
        return tuple(active[: LIMIT + 1]), len(active)


def _member(group: Group, finding: Finding) -> Member | None:
    """The one at the place of the finding; of several there its own, which those of the history do not name."""
    place = finding.path, finding.line
    there = [member for member in group.members if (member.path, member.forward_line) == place]
    return next((one for one in there if one.fingerprint == finding.fingerprint), there[0] if there else None)
