"""The sentence of a finding: which unit repeats which, what differs, how many more there are, and the guard.

One line of at most ``LIMIT`` characters.  The names and the place of the nearest peer always stand; the texts of the
differences take what room is left.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from esper_lint.findings import Group, Guard, Member, NearLink, UnitKind
from esper_lint.rules.comparison import Comparison, Peer, renames_only
from esper_lint.rules.excerpt import one_line, short_path, shortened
from esper_lint.rules.wording import told

LIMIT = 220

_NAME_LIMIT = 40
_PATH_LIMIT = 50


def messages(
    group: Group, asked: Collection[str] | None = None, comparison: Comparison | None = None
) -> tuple[str, ...]:
    """What a finding on each member of the group says, in the members' order; ``""`` for members in files not asked."""
    comparison = comparison or Comparison(group)
    fallback = _fallback(group) if group.rule == "ESP103" else None
    others = _others(group)
    return tuple(
        _message(group, member, comparison.nearest(index), others + _guard(member, fallback))
        if asked is None or member.path in asked
        else ""
        for index, member in enumerate(group.members)
    )


def _message(group: Group, member: Member, peer: Peer, end: str) -> str:
    start = _subject(group, member, peer) + _likeness(group, peer)
    differences = ""
    if peer.differences:
        room = LIMIT - len(start) - len(end)
        differences = told(
            peer.differences, room, renamed=_is_renamed(group, peer) or not renames_only(peer.differences)
        )
    return shortened(start + differences, LIMIT - len(end)) + end


def percent(similarity: float) -> int:
    """Rounded down, so that only what is wholly alike is 100% alike."""
    return int(similarity * 100 + 1e-9)


def _subject(group: Group, member: Member, peer: Peer) -> str:
    """Both units by name, and a still nearer one of another group first."""
    other = group.members[peer.index]
    # Inner classes of two factories may share their name and their file.
    full = (member.path, _name(member.qualname, False)) == (other.path, _name(other.qualname, False))
    unit = f"class {_name(member.qualname, full)}"
    if group.unit is UnitKind.FORWARD:
        unit = f"forward of {_name(member.qualname, full)}"
    place = f"{_name(other.qualname, full)} ({_path(other.path, member)}:{other.line})"
    near = _nearer(group, member, peer)
    if near is None:
        return f"{unit} repeats {place}"
    closest = f"{_name(near.qualname, full)} ({_path(near.path, member)})"
    if near.unit is not group.unit:
        return f"{unit}, its forward {percent(near.similarity)}% like that of {closest}, repeats {place}"
    return f"{unit} is {percent(near.similarity)}% like {closest} and repeats {place}"


@lru_cache(maxsize=1024)
def _name(qualname: str, full: bool) -> str:
    name = one_line(qualname)
    return f"`{shortened(name if full else name.rpartition('.')[2], _NAME_LIMIT)}`"


def _path(path: str, member: Member) -> str:
    """The path of another unit; if it is where the finding stands, its folders say nothing new and cost room."""
    return short_path(path.rpartition("/")[2] if path == member.path else path, _PATH_LIMIT)


def _nearer(group: Group, member: Member, peer: Peer) -> NearLink | None:
    """The near link to another group that is nearer than every member of this one, if any."""
    links = (link for link in member.near if link.group != group.id)
    near = max(links, key=lambda link: link.similarity, default=None)
    return near if near is not None and near.similarity > peer.similarity else None


def _likeness(group: Group, peer: Peer) -> str:
    """How far the two agree; what follows "but for" is for ``told`` to say."""
    if not peer.differences:
        if not group.texts_differ:
            return ", identical"
        return ", identical but for comments and layout" if group.clone_type == 1 else ", identical code"
    return f", {'identical' if _is_renamed(group, peer) else f'{percent(peer.similarity)}% alike'} but for "


def _is_renamed(group: Group, peer: Peer) -> bool:
    """Whether locals, attributes of self and literals are all that differs: another attribute of anything else, as in
    ``torch.tanh`` and ``torch.relu``, costs similarity."""
    return group.clone_type <= 2 or peer.similarity == 1.0


def _others(group: Group) -> str:
    others = len(group.members) - 2
    return f"; and {others} more" if others > 0 else ""


def _guard(member: Member, fallback: tuple[Member, Guard] | None) -> str:
    """Where this member stands towards the guard that makes its group one of a feature and its fallback."""
    if fallback is None:
        return ""
    guard = member.guard
    if guard is not None and guard.feature == fallback[1].feature:
        return f"; {'guarded by' if guard.present else 'fallback under'} {_feature(guard)}"
    return f"; {_name(fallback[0].qualname, False)} is the fallback under {_feature(fallback[1])}"


def _fallback(group: Group) -> tuple[Member, Guard] | None:
    """The first member on the absent side of a guard, preferably of one whose other side is in the group too."""
    present = {one.guard.feature for one in group.members if one.guard is not None and one.guard.present}
    absent = [(one, one.guard) for one in group.members if one.guard is not None and not one.guard.present]
    paired = [(one, guard) for one, guard in absent if guard.feature in present]
    return next(iter(paired + absent), None)


def _feature(guard: Guard) -> str:
    """The guard by its feature: the condition ``not HAS_X`` would name the wrong side for its ``else``."""
    return f"`{shortened(one_line(guard.feature), _NAME_LIMIT)}`"
