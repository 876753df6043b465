"""The one function that decides whether a group, and each of its members, is silent.

Every front end asks it and nothing else, so that they always agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esper_lint.findings import Group, Suppressed

if TYPE_CHECKING:
    from esper_lint.contracts.book import Contracts
    from esper_lint.discovery.noqa import Noqa
    from esper_lint.suppression.baseline import Baseline


@dataclass(frozen=True, slots=True)
class Status:
    """Why the group as a whole is silent, and each member, in the members' order.

    ``members`` has the reasons that take a member out of its group.  ``known`` has those of members that stay in it and
    are named as copies of what is new, while of themselves there is nothing new to say.
    """

    group: Suppressed | None
    members: tuple[Suppressed | None, ...]
    known: tuple[Suppressed | None, ...]

    @property
    def silent(self) -> tuple[Suppressed | None, ...]:
        """The reason of each member's finding to be silent: its own, or else the group's."""
        return tuple(own or known or self.group for own, known in zip(self.members, self.known, strict=True))


@dataclass(frozen=True, slots=True)
class Silencers:
    """All that can silence: by path the noqa comments, by path the codes that the settings ignore there, the baseline,
    and contracts.

    ``per_file`` maps a path to (pattern, codes) of each setting that matches it.
    """

    noqa: Mapping[str, Sequence[Noqa]]
    per_file: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]
    baseline: Baseline | None = None
    contracts: Contracts | None = None


def status(group: Group, silencers: Silencers) -> Status:
    """A suppressed member is taken out of its group; a group left with fewer than two active members is silent, and so
    is one whose active members all belong to one contract, or are all known."""
    members = tuple(status_at(member.path, member.forward_line, group.rule, silencers) for member in group.members)
    known = tuple(silencers.baseline.known(group)) if silencers.baseline else (None,) * len(members)
    active = [reason for own, reason in zip(members, known, strict=True) if own is None]
    silent: list[Suppressed | None] = []
    if len(active) < 2:
        silent = [reason for reason in members if reason is not None]
    elif held := _held(group, members, silencers.contracts):
        return Status(held, members, (None,) * len(members))
    elif None not in active:
        silent = active
    return Status(silent[0] if silent else None, members, known)


def _held(group: Group, members: Sequence[Suppressed | None], contracts: Contracts | None) -> Suppressed | None:
    """The contract that holds all members that nothing takes out of the group."""
    staying = [member for member, reason in zip(group.members, members, strict=True) if reason is None]
    found = contracts.holding(staying) if contracts else None
    return Suppressed("contract", "{} at {}".format(*found)) if found else None


def status_at(path: str, line: int, rule: str, silencers: Silencers) -> Suppressed | None:
    """Why a finding in this place is silent whatever group it belongs to, or None."""
    for noqa in silencers.noqa.get(path, ()):
        if noqa.first <= line <= noqa.last and covers(noqa.codes, rule):
            return Suppressed("noqa", f"{path}:{noqa.line}")
    for pattern, codes in silencers.per_file.get(path, ()):
        if covers(codes, rule):
            return Suppressed("per-file", f"per-file-ignores {pattern}")
    return None


def covers(codes: Sequence[str], rule: str) -> bool:
    """Whether a list of codes, as in a noqa or a setting, covers a rule: by prefix, and empty covers all."""
    return not codes or any(rule.startswith(code) for code in codes)
