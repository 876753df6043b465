"""The one function that decides whether a group, and each of its members, is silent.

Every front end asks it and nothing else, so that they always agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esper_lint.discovery.modules import Noqa
from esper_lint.findings import Group, Member, Suppressed


@dataclass(frozen=True, slots=True)
class Status:
    """Why the group as a whole is silent, and each member's own reason, in the members' order."""

    group: Suppressed | None
    members: tuple[Suppressed | None, ...]

    @property
    def silent(self) -> tuple[Suppressed | None, ...]:
        """The reason of each member's finding to be silent: its own, or else the group's."""
        return tuple(own or self.group for own in self.members)


@dataclass(frozen=True, slots=True)
class Silencers:
    """All that can silence: noqa comments by (path, line), and by path the codes that the settings ignore there.

    ``per_file`` maps a path to (pattern, codes) of each setting that matches it.
    """

    noqa: Mapping[tuple[str, int], Noqa]
    per_file: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]


def status(group: Group, silencers: Silencers) -> Status:
    """A suppressed member is taken out of its group; a group left with fewer than two active members is silent."""
    members = tuple(_own_reason(member, group.rule, silencers) for member in group.members)
    active = sum(reason is None for reason in members)
    first = next((reason for reason in members if reason is not None), None)
    return Status(first if active < 2 else None, members)


def covers(codes: Sequence[str], rule: str) -> bool:
    """Whether a list of codes, as in a noqa or a setting, covers a rule: by prefix, and empty covers all."""
    return not codes or any(rule.startswith(code) for code in codes)


def _own_reason(member: Member, rule: str, silencers: Silencers) -> Suppressed | None:
    noqa = silencers.noqa.get((member.path, member.forward_line))
    if noqa is not None and covers(noqa.codes, rule):
        return Suppressed("noqa", f"{member.path}:{noqa.line}")
    for pattern, codes in silencers.per_file.get(member.path, ()):
        if covers(codes, rule):
            return Suppressed("per-file", f"per-file-ignores {pattern}")
    return None
