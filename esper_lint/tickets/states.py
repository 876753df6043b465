"""A ticket and the state that it comes to -> what is patched in it, and under which name it lies then.

Where people keep tickets in folders that tell their state, the folder counts before all that a ticket says of itself,
so the file moves too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from esper_lint.tickets.patching import Patch, SetCell, SetSection
from esper_lint.tickets.ticket import State, Ticket

if TYPE_CHECKING:
    from esper_lint.tickets.reading import Reading

RESOLUTION = "Resolution"
_FOLDERS = {
    State.FIXED: "fixed",
    State.TRIAGED: "triaged",
    State.WONT_FIX: "wontfix",
    State.NOT_A_BUG: "not-a-bug",
}


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket's way into a state: what the cells ``Resolution`` and ``Fixed`` say, and a note for the section."""

    state: State
    resolution: str
    fixed: str
    note: str


def into(reading: Reading, move: Move, today: str) -> tuple[tuple[Patch, ...], str]:
    """The patches, and the name within the ticket folder."""
    ticket = reading.ticket
    cells = {
        "Status": (ticket.status and ticket.status.value, move.state.value),
        "Resolution": (ticket.resolution, move.resolution),
        "Fixed": (ticket.fixed, move.fixed),
        "Updated": (ticket.updated, today),
    }
    patches: list[Patch] = [SetCell(field, new) for field, (old, new) in cells.items() if (old or "") != new]
    # A reader takes the state from the first words of the section.
    patches.append(SetSection(RESOLUTION, f"{_note(move, today)}\n\n{ticket.resolved}".strip()))
    return tuple(patches), name_in(reading, move.state)


def made_in(ticket: Ticket, move: Move, today: str) -> Ticket:
    """A ticket that is in a state from the first."""
    return replace(ticket, status=move.state, resolution=move.resolution, fixed=move.fixed, resolved=_note(move, today))


def _note(move: Move, today: str) -> str:
    return f"{move.state.value} on {today}: {move.note}"


def remarked(ticket: Ticket, remark: str) -> Patch:
    """A remark that says nothing of the state, after all that the section has."""
    return SetSection(RESOLUTION, f"{ticket.resolved}\n\n{remark}".strip())


def name_in(reading: Reading, state: State) -> str:
    """What a ticket in a folder of its state is called in another state; those of no folder of a state stay."""
    if reading.folder is None:
        return reading.name
    folders, _, file = reading.name.rpartition("/")
    around = folders.rpartition("/")[0]
    return "/".join(part for part in (around, _FOLDERS.get(state, ""), file) if part)
