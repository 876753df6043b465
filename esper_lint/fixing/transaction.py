"""Several files written together or not at all, and the journal from which that can be undone.

The originals go into the journal before the first file is replaced, so even a run that is killed between two of them
can be undone.  A file is replaced by renaming another one over it: readers see all of the old or all of the new.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from esper_lint.fixing.edits import FileEdit

_VERSION = 1


class RolledBack(Exception):
    """Nothing was written, or all was put back; the message is one line that says why."""


class NothingToUndo(Exception):
    """There is no journal, or it cannot be read; the message is one line."""


@dataclass(frozen=True, slots=True)
class Journal:
    """The last fix of a project.  ``is_complete`` tells that all of its files were replaced."""

    edits: tuple[FileEdit, ...]
    is_complete: bool


def journal_path(folder: Path, project: str) -> Path:
    """Where the journal of a project lies in the folder of the index."""
    name = blake2b(project.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
    return folder / f"fix-{name}.json"


def commit(edits: Sequence[FileEdit], journal: Path) -> None:
    """Write all files.  Raises RolledBack."""
    _require(edits, "has changed since it was read; nothing was written")
    with _Staged(edits) as staged:
        _store(Journal(tuple(edits), is_complete=False), journal)
        try:
            staged.replace()
        except RolledBack:
            with suppress(OSError):
                journal.unlink()
            raise
        _store(Journal(tuple(edits), is_complete=True), journal)


def undo(journal: Path) -> tuple[FileEdit, ...]:
    """Restore the files of the last fix, and forget it; what was restored, old and new bytes the other way round.

    Raises NothingToUndo, or RolledBack if a file was changed since.
    """
    edits = reversed_edits(read_journal(journal).edits)
    there = [edit for edit in edits if _content(edit) != edit.after]  # an interrupted fix left some as they were
    _require(there, "has changed since the fix; nothing was restored")
    with _Staged(there) as staged:
        staged.replace()
    with suppress(OSError):
        journal.unlink()
    return tuple(there)


def interrupted(journal: Path) -> bool:
    """Whether the last fix was killed with some of its files replaced, and can be undone."""
    try:
        found = read_journal(journal)
    except NothingToUndo:
        return False
    contents = [(_content(edit), edit) for edit in found.edits]
    known = all(data in (edit.before, edit.after) for data, edit in contents)
    return not found.is_complete and known and any(data == edit.after for data, edit in contents)


def reversed_edits(edits: Iterable[FileEdit]) -> tuple[FileEdit, ...]:
    return tuple(FileEdit(edit.path, edit.name, edit.after, edit.before) for edit in edits)


def read_journal(path: Path) -> Journal:
    """Raises NothingToUndo."""
    try:
        document = json.loads(path.read_text(encoding="ascii"))
        if document["version"] != _VERSION:
            raise NothingToUndo("the last fix was made by another version of esper-lint")
        edits = [
            FileEdit(one["path"], one["name"], _decoded(one["before"]), _decoded(one["after"]))
            for one in document["files"]
        ]
        return Journal(tuple(edits), bool(document["is_complete"]))
    except FileNotFoundError:
        raise NothingToUndo("there is no fix to undo here") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NothingToUndo(f"the journal of the last fix cannot be read: {error}") from None


class _Staged:
    """The new contents as files beside those that they shall replace, removed again unless they did."""

    def __init__(self, edits: Sequence[FileEdit]) -> None:
        self._edits = edits
        self._beside: list[tuple[FileEdit, str, str]] = []

    def __enter__(self) -> _Staged:
        try:
            for edit in self._edits:
                target = os.path.realpath(edit.path)  # a link stays a link
                self._beside.append((edit, target, _beside(target)))
                if edit.after is not None:
                    _write(*self._beside[-1][1:], edit.after)
        except OSError as error:
            self.__exit__()
            raise RolledBack(f"cannot write {edit.name}: {error.strerror}; nothing was written") from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for _, _, beside in self._beside:
            with suppress(OSError):
                os.unlink(beside)

    def replace(self) -> None:
        """Put the new files in their places.  Raises RolledBack once the old ones are back."""
        done: list[tuple[FileEdit, str]] = []
        try:
            for edit, target, beside in self._beside:
                _require([edit], "changed while it was to be written; all files are as they were")
                _put(edit.after, beside, target)
                done.append((edit, target))
            _sync({os.path.dirname(target) for _, target in done})
            for edit, _ in done:
                if _content(edit) != edit.after:
                    raise RolledBack(f"{edit.name} is not what was written; all files are as they were")
        except BaseException as error:
            self._restore(done)
            if isinstance(error, OSError):
                message = f"cannot write {edit.name}: {error.strerror}; all files are as they were"
                raise RolledBack(message) from error
            raise

    def _restore(self, done: Sequence[tuple[FileEdit, str]]) -> None:
        for edit, target in done:
            beside = _beside(target)
            if edit.before is not None:
                _write(target, beside, edit.before)
            _put(edit.before, beside, target)


def _require(edits: Iterable[FileEdit], complaint: str) -> None:
    for edit in edits:
        if _content(edit) != edit.before:
            raise RolledBack(f"{edit.name} {complaint}")


def _content(edit: FileEdit) -> bytes | OSError | None:
    """What is there now; None for no file, and an error for one that cannot be read."""
    try:
        with open(edit.path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        return error


def _put(data: bytes | None, beside: str, target: str) -> None:
    """Replace a file by what is staged for it, or remove it."""
    if data is None:
        os.unlink(target)
    else:
        os.replace(beside, target)


def _beside(target: str) -> str:
    return f"{target}.{os.getpid()}.tmp"


def _write(target: str, beside: str, data: bytes) -> None:
    """Write ``beside``, with the permissions of ``target``, down to the disk."""
    with open(beside, "xb") as stream:
        with suppress(FileNotFoundError):  # a new file has the permissions of any
            shutil.copymode(target, beside)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folders: Iterable[str]) -> None:
    """Let renames reach the disk, where folders can be opened for that."""
    for folder in folders:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _store(journal: Journal, path: Path) -> None:
    document: dict[str, Any] = {"version": _VERSION, "is_complete": journal.is_complete}
    document["files"] = [
        {"path": edit.path, "name": edit.name, "before": _coded(edit.before), "after": _coded(edit.after)}
        for edit in journal.edits
    ]
    beside = Path(_beside(str(path)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with open(beside, "x", encoding="ascii") as stream:
                json.dump(document, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        if journal.is_complete:  # the files are written; the journal that says less will do to undo that
            return
        raise RolledBack(f"cannot write the journal {path}: {error.strerror}; nothing was written") from error


def _coded(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
