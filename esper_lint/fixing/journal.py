"""The journal of a project's last fix: the files as they were and as they were to be, and who was at it.

It lies in the folder of the index, and is written before the first file is replaced.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from esper_lint.config import Config
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.staging import RolledBack, content, leftovers
from esper_lint.index import location, place_in_use

_VERSION = 2
_WAIT_S = 30.0


class NothingToUndo(Exception):
    """There is no journal, or it cannot be read; the message is one line."""


@dataclass(frozen=True, slots=True)
class Journal:
    """The last fix of a project, and the process that wrote it."""

    edits: tuple[FileEdit, ...]
    process: int


def journal_path(folder: Path, project: str) -> Path:
    """Where the journal of a project lies in the folder of the index."""
    name = blake2b(project.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
    return folder / f"fix-{name}.json"


def journal_of(config: Config) -> Path:
    """Where the last fix of the project is written down."""
    return journal_path((place_in_use(config) or location(config)).parent, config.project)


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
        return Journal(tuple(edits), int(document["process"]))
    except FileNotFoundError:
        raise NothingToUndo("there is no fix to undo here") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NothingToUndo(f"the journal of the last fix cannot be read: {error}") from None


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Held by one fix of a project at a time; it ends with its process.  Raises RolledBack if it does not come."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(f"{path}.turn", timeout=_WAIT_S, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise RolledBack(f"cannot write the journal {path}: {error}; nothing was written") from error
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise RolledBack(f"cannot get a turn at the journal {path}: {error}; nothing was written") from error
        yield
    finally:
        connection.close()


@contextmanager
def recorded(journal: Journal, path: Path) -> Iterator[None]:
    """The journal is there while its files are replaced; if they are not, that of the fix before is there again.

    Raises RolledBack if it cannot be written.
    """
    settle(path)
    previous = _previous(path)
    try:
        _preserve(path, previous)
        _store(journal, path)
    except OSError as error:
        raise RolledBack(f"cannot write the journal {path}: {error.strerror}; nothing was written") from error
    try:
        yield
    except BaseException:
        settle(path)  # an interrupt may come when all is written and only to be tidied up
        raise
    with suppress(OSError):
        previous.unlink()


def settle(path: Path) -> None:
    """Remove what the last fix left beside its files if it was killed, and its journal too if it changed none."""
    try:
        journal = read_journal(path)
    except NothingToUndo:
        return
    for name in leftovers(journal.edits, journal.process):
        with suppress(OSError):
            os.unlink(name)
    if all(content(edit) == edit.before for edit in journal.edits):
        forget(path)


def forget(path: Path) -> None:
    """Put the journal of the fix before in the place of this one; there is one only until this one is done."""
    with suppress(OSError):
        previous = _previous(path)
        os.replace(previous, path) if previous.exists() else path.unlink()


def _previous(path: Path) -> Path:
    return Path(f"{path}.previous")


def _preserve(path: Path, previous: Path) -> None:
    previous.unlink(missing_ok=True)
    if not path.exists():
        return
    try:
        os.link(path, previous)
    except OSError:  # a file system without links
        shutil.copyfile(path, previous)


def _store(journal: Journal, path: Path) -> None:
    document: dict[str, Any] = {"version": _VERSION, "process": journal.process}
    document["files"] = [
        {"path": edit.path, "name": edit.name, "before": _coded(edit.before), "after": _coded(edit.after)}
        for edit in journal.edits
    ]
    beside = Path(f"{path}.{journal.process}.tmp")
    try:
        with open(beside, "w", encoding="ascii") as stream:
            json.dump(document, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _coded(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
