"""Tickets against a report: which findings are there, which are gone, which are back, and which have no ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import TYPE_CHECKING

from esper_lint.findings import Group, Report
from esper_lint.tickets.acceptance import Acceptance, Reason, Trigger, acceptance_in, is_held_only
from esper_lint.tickets.sites import Homes, shared, sites_of
from esper_lint.tickets.ticket import State

if TYPE_CHECKING:
    from esper_lint.tickets.reading import Reading

_DRIFT = "ESP201"
_CONTRACT = "contract"


class Detection(str, Enum):
    """NEW: a group without a ticket.  UNRESOLVED: it is there.  RESOLVED: it is gone, or under a contract.  REOPENED:
    it was fixed and is back, or was accepted and is no longer what was accepted."""

    NEW = "new"
    UNRESOLVED = "unresolved"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket and the group that it is about, None if that is not there.

    ``contract`` is the place of the contract that holds the group.  ``why`` says in one line why it is reopened, or
    was and still is.
    """

    reading: Reading
    detection: Detection
    group: Group | None = None
    contract: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where a ticket says something else than the report, in one line."""

    reading: Reading
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """``found`` has every ticket, in the order of the readings; ``new`` the reported groups without one."""

    found: tuple[Found, ...]
    new: tuple[Group, ...]
    unread: frozenset[str] = frozenset()

    def by_group(self) -> Mapping[str, tuple[Found, ...]]:
        """The tickets about each group, by its id."""
        tickets: dict[str, list[Found]] = {}
        for one in self.found:
            if one.group is not None:
                tickets.setdefault(one.group.id, []).append(one)
        return {group: tuple(found) for group, found in tickets.items()}

    def gone(self) -> tuple[Reading, ...]:
        """The tickets that are open and whose findings are gone."""
        return tuple(one.reading for one in self.found if is_gone(one))

    def disagreements(self, since: Callable[[Reading], str] = lambda reading: "") -> Iterator[Disagreement]:
        """Where people and code say different things, in the order of the readings.

        ``since`` gives the commit at which a finding that is gone went, empty where nobody knows.
        """
        for one in self.found:
            message = _disagreement(one, since)
            if message:
                yield Disagreement(one.reading, message)


Void = Callable[[Group, Reason], str]
"""Why the reason for which a group was accepted is none any more, in one line; empty if it still is one."""


def code_of(group: Group) -> str:
    """What the members of a group say, whatever their places, layout and comments; a verdict is given on that."""
    said = sorted((member.qualname, *member.code[:1]) for member in group.members)
    text = "\0".join("\1".join(one) for one in said)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def against(readings: Iterable[Reading], report: Report, void: Void = lambda group, reason: "") -> Scan:
    """``report`` must be of all that there is, whatever rules are selected: what is not in it is gone.

    What could not be read is not: a ticket on such a file stays what it is.
    """
    homes = Homes(report.groups)
    unread = frozenset(error.path for error in report.errors)
    drifts = [one for one in report.findings if one.rule == _DRIFT and one.suppressed is None]
    drifted = {(one.path, one.message) for one in drifts}
    found = tuple(_found(one, homes.home(one.ticket), drifted, unread, void) for one in readings)
    known = {one.group.id for one in found if one.group is not None}
    new = tuple(group for group in report.groups if group.suppressed is None and group.id not in known)
    return Scan(found, new, unread)


def _found(
    reading: Reading, group: Group | None, drifted: set[tuple[str, str]], unread: frozenset[str], void: Void
) -> Found:
    accepted = acceptance_in(reading.ticket.resolution)
    why = _reopening(reading, group, accepted, drifted, void) if accepted else ""
    if why:
        detection = Detection.REOPENED if reading.state.is_closed else Detection.UNRESOLVED
        return Found(reading, detection, group, why=why)
    if group is None:
        is_unread = any(site.path in unread for site in sites_of(reading.ticket))
        return Found(reading, Detection.UNRESOLVED if is_unread else Detection.RESOLVED)
    if group.suppressed is not None and group.suppressed.kind == _CONTRACT:
        return Found(reading, Detection.RESOLVED, group, contract=group.suppressed.where)
    if reading.state is State.FIXED:
        if group.suppressed is not None:
            return Found(reading, Detection.RESOLVED, group)
        return Found(reading, Detection.REOPENED, group, why="it was fixed and is detected again")
    if reading.state is State.WONT_FIX and is_held_only(reading.ticket.resolution) and group.suppressed is None:
        return Found(reading, Detection.REOPENED, group, why="no contract holds all of it any more")
    return Found(reading, Detection.UNRESOLVED, group)


def _reopening(
    reading: Reading, group: Group | None, accepted: Acceptance, drifted: set[tuple[str, str]], void: Void
) -> str:
    """Why an acceptance is over, by the triggers that it names; empty if it is not."""
    sites = sites_of(reading.ticket)
    if Trigger.MEMBER in accepted.triggers and group is not None and group.suppressed is None:
        known = set(shared(sites, group).values())
        more = [member for index, member in enumerate(group.members) if index not in known]
        if more:
            return f"`{more[0].qualname}` ({more[0].path}:{more[0].line}) is a further copy"
    if Trigger.DIVERGE in accepted.triggers:
        paths = {site.path for site in sites} | {member.path for member in (group.members if group else ())}
        if any(path in paths and f"under contract `{accepted.contract}`" in message for path, message in drifted):
            return f"its members no longer agree under contract `{accepted.contract}`"
    if Trigger.VOID in accepted.triggers and group is not None:
        return void(group, accepted.reason)
    return ""


def is_gone(one: Found) -> bool:
    """Whether a ticket is open and its finding is gone; one that names no place was never detected."""
    is_resolved = one.detection is Detection.RESOLVED and one.group is None
    return is_resolved and not one.reading.state.is_closed and bool(sites_of(one.reading.ticket))


def _disagreement(one: Found, since: Callable[[Reading], str]) -> str:
    state, ticket = one.reading.state, one.reading.ticket
    if is_gone(one):
        commit = since(one.reading)
        return f"{state.value} in the ticket, not detected{f' since {commit}' if commit else ''}"
    match one.detection:
        case Detection.RESOLVED if not state.is_closed and one.contract:
            return f"{state.value} in the ticket, held by contract {one.contract}"
        case Detection.REOPENED:
            return f"{state.value} in the ticket, but {one.why}"
        case Detection.UNRESOLVED if acceptance_in(ticket.resolution) and state.is_closed:
            if one.group is not None and one.group.suppressed is None:
                return "accepted in the ticket, reported by the scan"
    return ""
