"""Several files written together or not at all, and the way back.

The originals go into the journal before the first file is replaced, so even a run that is killed between two of them
can be undone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.journal import Journal, NothingToUndo, forget, journal_path, read_journal, recorded, settle, turn
from esper_lint.fixing.staging import HalfWritten, RolledBack, Staged, content, require_unchanged

__all__ = [
    "HalfWritten",
    "NothingToUndo",
    "RolledBack",
    "commit",
    "interrupted",
    "journal_path",
    "read_journal",
    "reversed_edits",
    "undo",
]


def commit(edits: Sequence[FileEdit], journal: Path) -> None:
    """Write all files.  Raises RolledBack, or HalfWritten where not even that was possible."""
    with turn(journal):
        require_unchanged(edits, "has changed since it was read; nothing was written")
        with recorded(Journal(tuple(edits), os.getpid()), journal), Staged(edits, os.getpid()) as staged:
            staged.replace()


def undo(journal: Path) -> tuple[FileEdit, ...]:
    """Restore the files of the last fix, and forget it; what was restored, old and new bytes the other way round.

    Raises NothingToUndo, RolledBack if a file was changed since, or HalfWritten.
    """
    read_journal(journal)  # to say that there is nothing leaves nothing behind
    with turn(journal):
        found = read_journal(journal)
        settle(journal)
        edits = reversed_edits(found.edits)
        there = [edit for edit in edits if content(edit) != edit.after]  # an interrupted fix left some as they were
        require_unchanged(there, "has changed since the fix; nothing was restored")
        if there:
            with Staged(there, found.process) as staged:  # under names that the next try would know
                staged.replace()
            forget(journal)
    return tuple(there)


def interrupted(journal: Path) -> bool:
    """Whether the last fix was killed with some of its files replaced, and can be undone."""
    try:
        found = read_journal(journal)
    except NothingToUndo:
        return False
    contents = [(content(edit), edit) for edit in found.edits]
    known = all(data in (edit.before, edit.after) for data, edit in contents)
    replaced = [data == edit.after for data, edit in contents]
    return known and any(replaced) and not all(replaced)


def reversed_edits(edits: Iterable[FileEdit]) -> tuple[FileEdit, ...]:
    return tuple(FileEdit(edit.path, edit.name, edit.after, edit.before) for edit in edits)
