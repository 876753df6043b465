"""The members of a clone group side by side: what differs between two, and which is the nearest to one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.findings import Group, HoleKind
from esper_lint.rules.excerpt import statements

RENAMES = (HoleKind.NAME, HoleKind.ATTRIBUTE)

# Of the members that are equally near, as many are looked at for the one with the fewest differences.
_TIES = 8
_LAYOUT = re.compile(r"#.*|[\s()'\",\\;]")


@dataclass(frozen=True, slots=True)
class Difference:
    """What one member has in a hole, and what the other one has there."""

    kind: HoleKind
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Peer:
    """Another member of the group, by its place in it, its similarity, and what differs."""

    index: int
    similarity: float
    differences: tuple[Difference, ...]


class Comparison:
    """A group prepared once for questions about any of its members; some groups have hundreds.

    Members of one variant are interchangeable, so the work grows with the number of variants, and texts are compared
    only for the pairs that are asked for.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self._nearest: dict[int, Peer] = {}
        self._holders: dict[int, list[int]] = {}
        for index, member in enumerate(group.members):
            self._holders.setdefault(member.variant, []).append(index)

    def differences(self, mine: int, theirs: int) -> tuple[Difference, ...]:
        """The differences between two members in the order of the template, a repeated renaming only once.

        Holes that only other members of the group disagree on are no differences of these two.
        """
        found: dict[object, Difference] = {}
        for place, hole in enumerate(self.group.holes):
            texts = hole.texts[mine], hole.texts[theirs]
            if texts[0] != texts[1] and (hole.kind in RENAMES or _differ(*texts)):
                difference = Difference(hole.kind, *texts)
                found.setdefault(difference if hole.kind in RENAMES else place, difference)
        return tuple(found.values())

    def nearest(self, mine: int) -> Peer:
        """The member most like ``mine``; among equals the one with the fewest differences, then the first."""
        if mine not in self._nearest:
            self._nearest[mine] = self._found_nearest(mine)
        return self._nearest[mine]

    def nearest_different(self, mine: int) -> Peer:
        """The nearest of those that differ from ``mine`` in some hole, or the nearest if none does."""
        nearest_first = sorted(self._others(mine), key=lambda other: -other[1])
        peers = (Peer(index, similarity, self.differences(mine, index)) for index, similarity in nearest_first)
        return next((peer for peer in peers if peer.differences), None) or self.nearest(mine)

    def _found_nearest(self, mine: int) -> Peer:
        twins = self._holders[self.group.members[mine].variant]
        others = [(one, 1.0) for one in twins[: _TIES + 1] if one != mine] or self._others(mine)
        best = max(similarity for _, similarity in others)
        nearest: Peer | None = None
        for index in [index for index, similarity in others if similarity == best][:_TIES]:
            peer = Peer(index, best, self.differences(mine, index))
            if nearest is None or len(peer.differences) < len(nearest.differences):
                nearest = peer
            if not nearest.differences:
                break
        assert nearest is not None  # a group has at least two members
        return nearest

    def _others(self, mine: int) -> list[tuple[int, float]]:
        """The first member of each variant but that of ``mine``, and its similarity to it."""
        own = self.group.members[mine].variant
        likeness = self.group.likeness
        return [(holders[0], likeness(own, variant)) for variant, holders in self._holders.items() if variant != own]


def renames_only(found: Iterable[Difference]) -> bool:
    """Whether all differences together are one-to-one renamings, which cost no similarity."""
    found = tuple(found)
    return all(difference.kind in RENAMES for difference in found) and one_to_one(found)


def one_to_one(found: Iterable[Difference], kinds: Iterable[HoleKind] = RENAMES) -> bool:
    """Whether the names of each of the kinds are renamed one to one."""
    found = tuple(found)
    for kind in kinds:
        pairs = [(difference.mine, difference.theirs) for difference in found if difference.kind is kind]
        if not len(pairs) == len({mine for mine, _ in pairs}) == len({theirs for _, theirs in pairs}):
            return False
    return True


def _differ(mine: str, theirs: str) -> bool:
    """Whether two texts differ in more than layout and comments, which may be all where others opened the hole.

    Parsing every text would take longer than all other messages together; only those are parsed that look the same
    without what layout may change.
    """
    return _bare(mine) != _bare(theirs) or statements(mine) != statements(theirs)


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return _LAYOUT.sub("", text)
