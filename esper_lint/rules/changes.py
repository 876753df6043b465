"""The sentence of an ESP203 finding: which commit changed which members of a group, and which others it left alone.

One line of at most ``LIMIT`` characters, unless names and places alone are longer.  The subject of the commit, which
may be anything, takes what room is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from esper_lint.findings import Group, Member
from esper_lint.history.log import Commit
from esper_lint.rules.excerpt import one_line, short_path, shortened
from esper_lint.rules.messages import LIMIT

_NAME_LIMIT = 40
_PATH_LIMIT = 50
_SUBJECT_LIMITS = (12, 60)
_NAMED = 2
_ID_LENGTH = 7  # as git shortens it where that is unique


def change_message(
    group: Group, member: int, commit: Commit | None, others: Sequence[int], *, is_changed: bool, more: int
) -> str:
    """What is said of a member that a commit changed and ``others`` not, or that it left alone and ``others`` not.

    ``more`` commits beside it were as one-sided.  Without a commit the change is not committed yet.
    """
    own = group.members[member]
    copies = _copies(own, [group.members[other] for other in others])
    end = f"; and {more} more commit{'s' if more > 1 else ''}" if more else ""
    if is_changed:
        start, middle = f"changed in {_name(own)} by ", f", not in its {copies}"
    else:
        start, middle = f"not changed in {_name(own)}, but in its {copies} by ", ""
    return start + _commit(commit, LIMIT - len(start + middle + end)) + middle + end


def _commit(commit: Commit | None, room: int) -> str:
    if commit is None:
        return "changes that are not committed"
    identity = commit.id[:_ID_LENGTH]
    low, high = _SUBJECT_LIMITS
    subject = shortened(one_line(commit.subject), min(high, max(low, room - len(identity) - len(" ''"))))
    return f"{identity} '{subject}'"


def _copies(own: Member, others: Sequence[Member]) -> str:
    """``copies `B` (b.py:12), `C` (c.py:8) and 3 more``."""
    shown = [f"{_name(one, own)} ({_path(one.path, own)}:{one.line})" for one in others[:_NAMED]]
    if len(others) > _NAMED:
        shown = [", ".join(shown), f"{len(others) - _NAMED} more"]
    return f"{'copy' if len(others) == 1 else 'copies'} {' and '.join(shown)}"


def _name(one: Member, own: Member | None = None) -> str:
    """The name of a class; in full where two in one file would read the same."""
    name, full = one_line(one.qualname).rpartition(".")[2], False
    if own is not None:
        full = one.path == own.path and name == one_line(own.qualname).rpartition(".")[2]
    return f"`{shortened(one_line(one.qualname) if full else name, _NAME_LIMIT)}`"


def _path(path: str, own: Member) -> str:
    """The path of another member; if it is where the finding stands, its folders say nothing new and cost room."""
    return short_path(path.rpartition("/")[2] if path == own.path else path, _PATH_LIMIT)
