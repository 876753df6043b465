"""Objections that a fix was made against -> a note of it, and of the reason, in their tickets."""

from __future__ import annotations

from collections.abc import Iterable

from esper_lint.config import Config
from esper_lint.fixing.fixes import Overridden
from esper_lint.tickets.folder import shown_path, ticket_folder
from esper_lint.tickets.patching import CannotPatch, TicketChanged
from esper_lint.tickets.states import remarked
from esper_lint.tickets.store import NotWritten


def noted(config: Config, overridden: Iterable[Overridden], today: str) -> list[str]:
    """Write one note a ticket; the tickets that could not be written, and why, one a line.

    The fix is written by then: it was asked for, and a ticket that somebody holds open is no reason to take it back.
    """
    told: dict[str, list[Overridden]] = {}
    for one in overridden:
        told.setdefault(one.objection.name, []).append(one)
    folder = ticket_folder(config)
    readings = {one.name: one for one in folder.readings()}
    failures = []
    for name, found in told.items():
        who = ", ".join(dict.fromkeys(one.objection.reviewer or "a reviewer" for one in found))
        groups = ", ".join(dict.fromkeys(one.group for one in found))
        note = f"Overridden on {today}, for the fix of group {groups}, the objection of {who}: {found[0].reason}"
        try:
            reading = readings[name]
            folder.patch(name, [remarked(reading.ticket, note)], reading.digest)
        except (KeyError, TicketChanged, CannotPatch, NotWritten) as error:
            failures.append(f"the override is not noted in {shown_path(config, name)}: {error}")
    return failures
