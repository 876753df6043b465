"""Accept a duplicate by design: a contract into the code, and the acceptance into its ticket, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esper_lint.config import Config
from esper_lint.findings import Group
from esper_lint.fixing.journal import journal_of
from esper_lint.fixing.lockstep.declaring import CannotDeclare
from esper_lint.fixing.transaction import RolledBack, commit, interrupted
from esper_lint.progress import Progress, Silence
from esper_lint.tickets.acceptance import Acceptance, Reason, Trigger, in_order
from esper_lint.tree import TreeChanged

if TYPE_CHECKING:
    from esper_lint.tickets.reading import Reading
    from esper_lint.tickets.store import TicketFolder


@dataclass(frozen=True, slots=True)
class Wish:
    """Who accepts a group, for which reason in which words, and what is to open it again."""

    reason: Reason
    text: str
    reviewer: str
    triggers: tuple[Trigger, ...] = tuple(Trigger)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The ticket as it is now, the name of the contract, and the files that it was written to."""

    reading: Reading
    contract: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written; ``message`` is one line.  ``is_stale`` tells that the ticket is not what was read."""

    message: str
    is_stale: bool = False


def accept(
    config: Config,
    folder: TicketFolder,
    reading: Reading,
    group: Group,
    wish: Wish,
    *,
    today: str,
    expected: str = "",
    progress: Progress | None = None,
) -> Accepted | Refused:
    """Write the contract and the ticket.  ``expected`` is the digest that the ticket was read at, by default that of
    ``reading``.

    The code is written by the transaction that `fix` writes with, so `fix --undo` takes the contract back.  Nothing is
    raised but HalfWritten, where a disk let neither the new nor the old files stand.
    """
    if group.suppressed is not None:
        return Refused(f"the group is silent already: {group.suppressed.kind}, {group.suppressed.where}")
    if expected and expected != reading.digest:
        return Refused(f"{reading.name} has changed since it was read", is_stale=True)
    journal = journal_of(config)
    if interrupted(journal):
        return Refused("the last fix was interrupted; 'esper-lint fix --undo' restores its files")
    try:
        contract = _contract(config, group, wish, progress or Silence())
    except (CannotDeclare, TreeChanged) as error:
        return Refused(str(error))
    try:
        commit(contract.edits, journal)
    except RolledBack as error:
        return Refused(str(error))
    acceptance = Acceptance(wish.reason, in_order(wish.triggers), contract.name)
    outcome = _noted(folder, reading, acceptance, wish, today)
    if isinstance(outcome, Refused):
        return _taken_back(outcome, journal_of(config))
    return Accepted(outcome, contract.name, tuple(edit.name for edit in contract.edits))
