"""What was decided of groups -> what people are told, who have the files before them as they are on disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from esper_lint.contracts.book import Place
from esper_lint.findings import Group, Member
from esper_lint.fixing.drafts import Drafts
from esper_lint.fixing.fixes import GroupFix, GroupRefusal
from esper_lint.fixing.proving import Proved
from esper_lint.fixing.refusals import Refusal
from esper_lint.tickets.objections import Objection


def fix_on_disk(drafts: Drafts, group: Group, found: Proved) -> GroupFix:
    """A fix of the files as they are in ``drafts``, by the lines that its places have on disk.  Raises TreeChanged."""
    on_disk = drafts.line_on_disk
    return GroupFix(
        group.id,
        group.rule,
        found.strategy,
        found.tier,
        found.summary,
        tuple(replace(one, line=on_disk(one.path, one.line)) for one in found.members),
        found.new,
        tuple(replace(one, line=on_disk(one.path, one.line)) for one in found.obligations),
        found.notes,
    )


def refusal_on_disk(drafts: Drafts, group: Group, members: Iterable[Member], causes: Iterable[Refusal]) -> GroupRefusal:
    """Causes found in the files as they are in ``drafts``, by the lines that their places have on disk.

    Raises TreeChanged.
    """
    on_disk = drafts.line_on_disk
    places = (Place(one.path, one.qualname, on_disk(one.path, one.line)) for one in members)
    told = (replace(one, line=on_disk(one.path, one.line)) for one in causes)
    return GroupRefusal(group.id, group.rule, tuple(places), tuple(told))


def objected(member: Member, objections: Iterable[Objection]) -> tuple[Refusal, ...]:
    """Where the group begins; the tickets that the messages name have the rest."""
    return tuple(Refusal("FX-OBJECTED", member.path, member.line, f"`{member.qualname}`: {one}") for one in objections)
