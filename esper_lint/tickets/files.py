"""Single files of a folder, written whole or not at all, by one writer at a time.

A file is written beside its place, brought to the disk and renamed, so readers see all of the old or all of the new,
whenever the writer is killed.  What a killed writer leaves beside is hidden and removed by the next one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_BESIDE = ".esper-"
_WAIT_S = 30.0
_PAUSE_S = 0.02


class NotWritten(OSError):
    """Nothing was written; the message is one line that says why."""


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Held by one writer of a folder at a time; it ends with its process.  Raises NotWritten if it does not come."""
    if sys.platform == "win32":
        with _database_turn(folder):
            yield
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise NotWritten(f"cannot write in {folder}: {error.strerror}") from error
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def replaced(path: Path, data: bytes) -> None:
    """Write a file that is there.  Raises OSError, and then the old one is still there."""
    if not os.access(path, os.W_OK):
        raise PermissionError(13, "Permission denied")  # a rename would replace a read-only file too
    beside = _written_beside(path, data)
    try:
        shutil.copymode(path, beside)
        os.replace(beside, path)
    except BaseException:
        _remove(beside)
        raise
    _sync(path.parent)


def created(path: Path, data: bytes) -> None:
    """Write a file that is not there.  Raises FileExistsError if it is, or OSError."""
    beside = _written_beside(path, data)
    try:
        _linked(beside, path)
    finally:
        _remove(beside)
    _sync(path.parent)


def moved(path: Path, to: Path, data: bytes) -> None:
    """Write a file that is there under another name, which no file has.  Raises FileExistsError if one has, or OSError,
    and then the old one is still there and nothing else is."""
    created(to, data)
    try:
        shutil.copymode(path, to)
        os.unlink(path)
    except BaseException:
        _remove(to)
        raise
    _sync(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left in a folder; only for who has the turn."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(_BESIDE) and entry.name.endswith(".tmp"):
                _remove(Path(entry.path))


def _written_beside(path: Path, data: bytes) -> Path:
    beside = path.parent / f"{_BESIDE}{os.getpid()}-{blake2b(os.fsencode(path.name), digest_size=6).hexdigest()}.tmp"
    try:
        with open(beside, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        _remove(beside)
        raise
    return beside


def _linked(path: Path, to: Path) -> None:
    """Another name for a file, never over one that is there."""
    try:
        os.link(path, to)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(to):
            raise FileExistsError(17, "File exists") from None
        os.rename(path, to)


def _remove(path: Path) -> None:
    with suppress(OSError):
        os.unlink(path)


def _sync(folder: Path) -> None:
    """Let a rename reach the disk, where folders can be opened for that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


if sys.platform != "win32":

    def _lock(descriptor: int, folder: Path) -> None:
        """Lock the folder itself, so that no file of ours lies in it; each opening of it is a holder of its own."""
        end = time.monotonic() + _WAIT_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > end:
                    raise NotWritten(f"another process has been writing in {folder} for {_WAIT_S:.0f} s") from None
                time.sleep(_PAUSE_S)
            except OSError:
                return  # a file system without locks


@contextmanager
def _database_turn(folder: Path) -> Iterator[None]:
    """Where folders cannot be locked, the lock of SQLite on an empty database."""
    name = blake2b(os.fsencode(os.path.realpath(folder)), digest_size=12).hexdigest()
    try:
        path = Path(tempfile.gettempdir()) / f"esper-lint-tickets-{name}.turn"
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise NotWritten(f"cannot get a turn at {folder}: {error}") from error
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise NotWritten(f"cannot get a turn at {folder}: {error}") from error
        yield
    finally:
        connection.close()
