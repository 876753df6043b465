"""New contents beside the files that they shall replace, and the old ones under a second name until all is done.

A file is replaced by renaming another one over it, so readers see all of the old or all of the new.  To put the old
ones back takes renames alone, which a full disk does not stop.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from esper_lint.fixing.edits import FileEdit


class RolledBack(Exception):
    """Nothing was written, or all was put back; the message is one line that says why."""


class HalfWritten(OSError):
    """Some files are replaced and could not be put back; the message is one line that says which and why."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file really is, and the names beside it of what shall be there and of what was."""

    edit: FileEdit
    target: str
    new: str
    old: str


def leftovers(edits: Iterable[FileEdit], process: int) -> Iterator[str]:
    """The names of all that a process that is killed may leave beside the files."""
    for edit in edits:
        place = _place(edit, process)
        yield from (place.new, place.old)


def require_unchanged(edits: Iterable[FileEdit], complaint: str) -> None:
    """Raise RolledBack with the complaint for a file that does not hold ``before``."""
    for edit in edits:
        if content(edit) != edit.before:
            raise RolledBack(f"{edit.name} {complaint}")


def content(edit: FileEdit) -> bytes | OSError | None:
    """What is there now; None for no file, and an error for one that cannot be read."""
    try:
        with open(edit.path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        return error


class Staged:
    """Enter it to write all that is new beside the files; what is still there on leaving it is removed."""

    def __init__(self, edits: Sequence[FileEdit], process: int) -> None:
        self._places = [_place(edit, process) for edit in edits]

    def __enter__(self) -> Staged:
        staged: list[_Place] = []
        try:
            for one in self._places:
                _require_writable(one)
                staged.append(one)
                if one.edit.after is not None:
                    _write(one.target, one.new, one.edit.after)
                if one.edit.before is not None:
                    _keep(one, one.edit.before)
        except BaseException as error:
            _remove(staged)
            if isinstance(error, OSError):
                raise RolledBack(f"cannot write {one.edit.name}: {error.strerror}; nothing was written") from error
            raise
        return self

    def __exit__(self, *error: object) -> None:
        _remove(self._places)

    def replace(self) -> None:
        """Put the new files in their places.  Raises RolledBack once the old ones are back, or HalfWritten."""
        done: list[_Place] = []
        try:
            for one in self._places:
                require_unchanged([one.edit], "changed while it was to be written; all files are as they were")
                done.append(one)
                if one.edit.after is None:
                    os.unlink(one.target)
                else:
                    os.replace(one.new, one.target)
            _sync({os.path.dirname(one.target) for one in done})
            for one in done:
                if content(one.edit) != one.edit.after:
                    raise RolledBack(f"{one.edit.name} is not what was written; all files are as they were")
        except BaseException as error:
            _restore(done)
            if isinstance(error, OSError):
                message = f"cannot write {one.edit.name}: {error.strerror}; all files are as they were"
                raise RolledBack(message) from error
            raise


def _place(edit: FileEdit, process: int) -> _Place:
    target = os.path.realpath(edit.path)  # a link stays a link
    return _Place(edit, target, f"{target}.{process}.tmp", f"{target}.{process}.old")


def _require_writable(one: _Place) -> None:
    """A rename would replace a read-only file too."""
    if os.path.exists(one.target) and not os.access(one.target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _write(target: str, beside: str, data: bytes) -> None:
    """Write ``beside``, with the permissions of ``target``, down to the disk."""
    with open(beside, "xb") as stream:
        with suppress(FileNotFoundError):  # a new file has the permissions of any
            shutil.copymode(target, beside)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(one: _Place, data: bytes) -> None:
    """Give the file a second name, by which it outlives its replacement."""
    try:
        os.link(one.target, one.old)
    except OSError:  # a file system without links
        _write(one.target, one.old, data)


def _restore(done: Sequence[_Place]) -> None:
    """Put all back that can be.  Raises HalfWritten for the rest."""
    failed = []
    for one in done:
        try:
            if one.edit.before is not None:
                os.replace(one.old, one.target)
            else:
                with suppress(FileNotFoundError):
                    os.unlink(one.target)
        except OSError as error:
            if content(one.edit) == one.edit.before:  # what failed was to replace it
                continue
            failed.append(f"{one.edit.name} ({error.strerror})")
    if failed:
        raise HalfWritten(f"cannot put back {', '.join(failed)}; 'esper-lint fix --undo' does, once that is possible")


def _remove(places: Iterable[_Place]) -> None:
    for one in places:
        for name in (one.new, one.old):
            with suppress(OSError):
                os.unlink(name)


def _sync(folders: Iterable[str]) -> None:
    """Let renames reach the disk, where folders can be opened for that."""
    for folder in folders:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
