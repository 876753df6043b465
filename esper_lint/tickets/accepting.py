"""Accept a duplicate by design: a contract into the code, and the acceptance into its ticket, both or neither."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from esper_lint.config import Config
from esper_lint.findings import Group, UnitKind
from esper_lint.fixing.journal import journal_of
from esper_lint.fixing.lockstep.declaring import CannotDeclare, Declared, declared
from esper_lint.fixing.transaction import NothingToUndo, RolledBack, commit, interrupted, undo
from esper_lint.progress import Progress, Silence
from esper_lint.selection import on_disk
from esper_lint.tickets.acceptance import Acceptance, Reason, Trigger, in_order, words_of
from esper_lint.tickets.patching import CannotPatch, TicketChanged
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.states import Move, into, made_in
from esper_lint.tickets.store import NotWritten, TicketFolder
from esper_lint.tickets.ticket import State, Ticket
from esper_lint.tree import TreeChanged


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
    """Nothing was written; ``message`` is one line.  ``is_stale`` tells that the ticket is not what was read, and
    ``is_rolled_back`` that files were to be written, or had been, and are as they were."""

    message: str
    is_stale: bool = False
    is_rolled_back: bool = False


def accept(
    config: Config,
    folder: TicketFolder,
    reading: Reading | Ticket,
    group: Group,
    wish: Wish,
    *,
    today: str,
    expected: str = "",
    progress: Progress | None = None,
) -> Accepted | Refused:
    """Write the contract and the ticket, which is a new one where the group has none yet.  ``expected`` is the digest
    that the ticket was read at, by default that of ``reading``.

    The code is written by the transaction that `fix` writes with, so `fix --undo` takes the contract back.  Nothing is
    raised but HalfWritten, where a disk let neither the new nor the old files stand.
    """
    if group.suppressed is not None:
        return Refused(f"the group is silent already: {group.suppressed.kind}, {group.suppressed.where}")
    if isinstance(reading, Reading) and expected and expected != reading.digest:
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
        return Refused(str(error), is_rolled_back=True)
    acceptance = Acceptance(wish.reason, in_order(wish.triggers), contract.name)
    outcome = _noted(folder, reading, acceptance, wish, today)
    if isinstance(outcome, Refused):
        return _taken_back(outcome, journal)
    return Accepted(outcome, contract.name, tuple(edit.name for edit in contract.edits))


def _contract(config: Config, group: Group, wish: Wish, progress: Progress) -> Declared:
    """What to write so that a contract holds the members.  Raises CannotDeclare and TreeChanged."""
    method = ".forward" if group.unit is UnitKind.FORWARD else ""
    names = [f"{member.path}:{member.qualname}{method}" for member in group.members]
    if len(set(names)) < len(names):
        raise CannotDeclare("two members have one name in one file, so no contract can tell them apart")
    files = on_disk((config.project,), config, config.project)
    return declared(files, config, names, "", wish.reason.value.replace("-", " "), progress, config.project)


def _noted(
    folder: TicketFolder, reading: Reading | Ticket, acceptance: Acceptance, wish: Wish, today: str
) -> Reading | Refused:
    """The ticket with the acceptance in it."""
    words = words_of(acceptance)
    # Quoted, so that no line of it is taken for a field of the section.
    quoted = "\n".join(f"> {line}".rstrip() for line in wish.text.strip().split("\n"))
    note = f"{words}, by {wish.reviewer}.\n\n{quoted}"
    move = Move(State.WONT_FIX, words, "", note)
    try:
        if isinstance(reading, Ticket):
            return folder.create(made_in(reading, move, today))
        patches, name = into(reading, move, today)
        return folder.patch(reading.name, patches, reading.digest, new_name=name)
    except TicketChanged as error:
        return Refused(str(error), is_stale=True)
    except (CannotPatch, NotWritten) as error:
        return Refused(str(error))


def _taken_back(refused: Refused, journal: Path) -> Refused:
    """The refusal, once the code is what it was."""
    try:
        undo(journal)
    except (RolledBack, NothingToUndo) as error:
        return Refused(f"{refused.message}; and the contract stays in the code: {error}", refused.is_stale)
    return replace(refused, is_rolled_back=True)
