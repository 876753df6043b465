"""The page of a clone group: what differs, two members side by side, who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esper_lint.dashboard.board import Board
from esper_lint.dashboard.matrix import Matrix, matrix_of
from esper_lint.dashboard.pair import Pair, pair_of
from esper_lint.dashboard.review_queue import Card
from esper_lint.findings import Group, Member

# More variants than this are too many to stand beside each other with all that they say.
_BESIDE = 3


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the page lists it; ``name`` is its class's own, ``nearest`` the member to compare it with."""

    index: int
    name: str
    member: Member
    variant: int
    nearest: int
    message: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    """``is_wide`` tells that variants are rows and holes columns, since there are too many variants for columns."""

    group: Group
    card: Card
    matrix: Matrix
    is_wide: bool
    members: tuple[MemberRow, ...]
    left: int
    right: int
    pair: Pair | None


def group_page(board: Board, group: Group, query: Mapping[str, str], *, with_pair: bool = True) -> GroupPage:
    """``left`` and ``right`` of the query choose the pair; what is no member's number counts as not given."""
    matrix = matrix_of(group)
    variants = {index: one.number for one in matrix.variants for index in one.members}
    messages = {finding.fingerprint: finding.message for finding in board.findings.get(group.id, ())}
    members = tuple(
        MemberRow(
            index,
            member.qualname.rpartition(".")[2],
            member,
            variants[index],
            nearest(group, index),
            messages.get(member.fingerprint, ""),
        )
        for index, member in enumerate(group.members)
    )
    left = _chosen(query.get("left", ""), len(members), 0)
    right = _chosen(query.get("right", ""), len(members), nearest(group, left))
    pair = pair_of(group, left, right, board.sources) if with_pair else None
    card = board.cards[group.id]
    return GroupPage(group, card, matrix, len(matrix.variants) > _BESIDE, members, left, right, pair)


def nearest(group: Group, index: int) -> int:
    """The member to look at beside the one at ``index``: the most alike that says something else, if there is one."""
    mine = group.members[index].variant
    others = [other for other in range(len(group.members)) if other != index]
    differing = [other for other in others if group.members[other].variant != mine]
    return max(differing or others, key=lambda other: (group.likeness(mine, group.members[other].variant), -other))


def _chosen(text: str, members: int, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < members else default
