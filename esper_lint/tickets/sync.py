"""A scan -> what must be written so that the tickets say what the code says.

Planning is a pure function of the scan; ``applied`` does it, one ticket at a time, so that what stops one (somebody has
edited it meanwhile) stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from esper_lint.findings import Group, Member
from esper_lint.fixing.edits import FileEdit
from esper_lint.tickets.acceptance import acceptance_in, held_words, over, words_of
from esper_lint.tickets.detection import Detection, Found, Scan, is_gone
from esper_lint.tickets.documents import decision_of
from esper_lint.tickets.making import place_of, site_of
from esper_lint.tickets.patching import CannotPatch, Patch, SetCell, SetMembers, SetPlaces, TicketChanged, patched
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.sites import shared, sites_of
from esper_lint.tickets.states import Move, into
from esper_lint.tickets.store import NotWritten, TicketFolder
from esper_lint.tickets.ticket import Place, Site, State, Ticket
from esper_lint.tickets.vanishing import Vanished
from esper_lint.tickets.writing import render


class Action(str, Enum):
    """What becomes of a ticket."""

    CREATED = "created"
    FIXED = "fixed"
    ACCEPTED = "accepted"
    REOPENED = "reopened"
    TRIAGED = "triaged"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Creation:
    group: Group
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Change:
    """What is patched in a ticket, under which name it lies afterwards, and why, in one line."""

    action: Action
    reading: Reading
    patches: tuple[Patch, ...]
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Sync:
    creations: tuple[Creation, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A ticket that was not written, and why in one line."""

    name: str
    message: str


def planned_sync(
    scan: Scan,
    *,
    today: str,
    reviewers: int,
    vanished: Callable[[Reading], Vanished],
    made: Callable[[Group], Ticket],
    is_selected: Callable[[Group], bool] = lambda group: True,
) -> Sync:
    """``made`` writes the ticket of a new group, of those that are selected; ``vanished`` says where a finding went,
    and ``reviewers`` is how many verdicts decide."""
    creations = [Creation(group, made(group)) for group in scan.new if is_selected(group)]
    changes = (change for one in scan.found for change in _changes(one, today, reviewers, vanished))
    return Sync(tuple(creations), tuple(changes))


class Applied(NamedTuple):
    """What of a plan was written, and what could not be."""

    done: Sync
    failures: tuple[Failure, ...]


def applied(sync: Sync, folder: TicketFolder) -> Applied:
    """Write everything that can be written."""
    creations: list[Creation] = []
    changes: list[Change] = []
    failures: list[Failure] = []
    for creation in sync.creations:
        try:
            folder.create(creation.ticket)
            creations.append(creation)
        except NotWritten as error:
            failures.append(Failure(creation.ticket.id, str(error)))
    for change in sync.changes:
        try:
            folder.patch(change.reading.name, change.patches, change.reading.digest, new_name=change.name)
            changes.append(change)
        except (TicketChanged, CannotPatch, NotWritten) as error:
            failures.append(Failure(change.reading.name, str(error)))
    return Applied(Sync(tuple(creations), tuple(changes)), tuple(failures))


def _changes(one: Found, today: str, reviewers: int, vanished: Callable[[Reading], Vanished]) -> Iterator[Change]:
    state = one.reading.state
    is_open = not state.is_closed or one.detection is Detection.REOPENED
    moved = _moved(one) if is_open else ()
    match one.detection:
        case Detection.RESOLVED if not state.is_closed and one.contract:
            why = f"held by contract {one.contract}"
            known = acceptance_in(one.reading.ticket.resolution)
            words = words_of(known) if known else held_words(one.contract)
            move = Move(State.WONT_FIX, words, "", f"{why}, accepted by design.")
            yield _change(Action.ACCEPTED, one.reading, move, moved, today, why)
        case _ if is_gone(one):
            where = vanished(one.reading)
            since = f" since {where.commit}" if where.commit else ""
            when = f"{where.date} ({where.commit})" if where.commit else today
            move = Move(State.FIXED, "fixed: no longer detected", when, f"no longer detected{since}.")
            yield _change(Action.FIXED, one.reading, move, (), today, f"no longer detected{since}")
        case Detection.REOPENED:
            move = Move(State.OPEN, over(one.reading.ticket.resolution), "", f"reopened: {one.why}.")
            yield _change(Action.REOPENED, one.reading, move, moved, today, one.why)
        case Detection.UNRESOLVED if state is State.OPEN and _is_supported(one, reviewers):
            words = decision_of(one, reviewers).words
            patches, name = into(one.reading, Move(State.TRIAGED, "", "", f"{words}."), today)
            yield Change(Action.TRIAGED, one.reading, (*moved, *patches), name, words)
        case _ if moved:
            lead = _lead(one)
            why = f"is at {lead.path}:{lead.line}" if lead else ""
            yield Change(Action.MOVED, one.reading, (*moved, SetCell("Updated", today)), one.reading.name, why)


def _is_supported(one: Found, reviewers: int) -> bool:
    return decision_of(one, reviewers).suggests is State.TRIAGED


def _change(action: Action, reading: Reading, move: Move, moved: Sequence[Patch], today: str, why: str) -> Change:
    patches, name = into(reading, move, today)
    return Change(action, reading, (*moved, *patches), name, why)


# -- moves ------------------------------------------------------------------------------------------------------------


def _lead(one: Found) -> Member | None:
    """The member that stands for the group in a ticket: the one with the ticket's fingerprint, or else the first one
    that is left of its members."""
    if one.group is None:
        return None
    ticket = one.reading.ticket
    own = next((member for member in one.group.members if member.fingerprint == ticket.fingerprint), None)
    pairs = shared(sites_of(ticket), one.group)
    return own or (one.group.members[pairs[min(pairs)]] if pairs else None)


def _moved(one: Found) -> tuple[Patch, ...]:
    """What a ticket says of places, names and identities that is no longer so.

    Lines are not worth a change by themselves as long as they touch what they meant: they shift with every edit above.
    Where people have named several places in one cell, only they know which is which.
    """
    lead, group, ticket = _lead(one), one.group, one.reading.ticket
    if lead is None or group is None:
        return ()
    cells = {"Fingerprint": (ticket.fingerprint, lead.fingerprint), "Clone Group": (ticket.group, group.id)}
    if not ticket.rule:
        cells["Rule"] = ("", group.rule)
    patches: list[Patch] = [SetCell(field, new) for field, (old, new) in cells.items() if old != new]
    now = place_of(lead)
    if len(ticket.places) == 1 and _is_elsewhere(ticket.places[0], now):
        patches.append(SetPlaces((now,)))
    members = tuple(site_of(member) for member in group.members)
    if ticket.members and not _same_sites(ticket.members, members):
        patches.append(SetMembers(members))
    return tuple(patches)


def _is_elsewhere(then: Place, now: Place) -> bool:
    return then.path != now.path or (then.first > 0 and not _touch(then, now))


def _same_sites(then: Sequence[Site], now: Sequence[Site]) -> bool:
    return len(then) == len(now) and all(
        (old.qualname, old.fingerprint, old.place.path) == (new.qualname, new.fingerprint, new.place.path)
        and _touch(old.place, new.place)
        for old, new in zip(then, now, strict=True)
    )


def _touch(then: Place, now: Place) -> bool:
    return then.first <= now.last and now.first <= max(then.last, then.first)


# -- what it would write ----------------------------------------------------------------------------------------------


def edits_of(sync: Sync, folder: Path, shown: Callable[[str], str]) -> Iterator[FileEdit]:
    """Every file before and after; ``shown`` gives the path of a ticket as people know it.  What cannot be patched is
    left out here, and told by ``applied``."""
    for creation in sync.creations:
        name = f"{creation.ticket.id}.md"
        yield FileEdit(str(folder / name), shown(name), None, render(creation.ticket).encode())
    for change in sync.changes:
        path = folder / change.reading.name
        with suppress(OSError, TicketChanged, CannotPatch):
            before = path.read_bytes()
            after = patched(before, change.patches, expected=change.reading.digest)
            yield FileEdit(str(path), shown(change.name), before, after)
