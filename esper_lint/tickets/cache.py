"""What was read of a folder of tickets, kept in SQLite beside the index.

Nothing in it is needed: one that is missing, damaged, read-only or of another version only costs time.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from esper_lint import __version__
from esper_lint.tickets.cached_values import reading_of, values_of
from esper_lint.tickets.reading import Reading

# Changes with every change of what is stored or of how it is read.
_SCHEMA = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS readings(folder TEXT, name TEXT, stamp TEXT, reading TEXT, PRIMARY KEY(folder, name))
WITHOUT ROWID;
"""
# A file written this shortly before it was read may be written again within the clock's resolution.
_RACY_NS = 2_000_000_000


class Stamp(NamedTuple):
    """What changes with a file.  One that ``is_settled`` does so for certain."""

    size: int
    mtime: int
    ctime: int
    inode: int
    is_settled: bool = True

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        newest = max(status.st_mtime_ns, status.st_ctime_ns)
        return cls(
            status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, time.time_ns() - newest > _RACY_NS
        )


class Cache:
    """The cache of one folder of tickets, in the folder ``place``; without one nothing is known and nothing kept."""

    def __init__(self, place: Path | None, folder: Path, prefixes: Sequence[str]) -> None:
        self._path = place / f"tickets-{__version__}-{_SCHEMA}.sqlite" if place is not None else None
        told = json.dumps([os.fspath(folder), *prefixes]).encode("utf-8", "surrogatepass")
        self._folder = blake2b(told, digest_size=16).hexdigest()

    def known(self) -> dict[str, tuple[Stamp, Reading]]:
        """name -> stamp and reading."""
        connection = self._opened()
        if connection is None:
            return {}
        try:
            query = "SELECT name, stamp, reading FROM readings WHERE folder = ?"
            rows = connection.execute(query, (self._folder,)).fetchall()
            return {name: (Stamp(*json.loads(stamp)), reading_of(name, json.loads(text))) for name, stamp, text in rows}
        except (sqlite3.Error, ValueError, TypeError, KeyError, IndexError, RecursionError):
            self._remove()
            return {}
        finally:
            connection.close()

    def keep(self, fresh: Mapping[str, tuple[Stamp, Reading]], gone: Collection[str]) -> None:
        """Remember what was read, but of files that were written just now, and forget what is gone."""
        rows = [
            (self._folder, _text(name), json.dumps(stamp[:4]), json.dumps(values_of(reading), separators=(",", ":")))
            for name, (stamp, reading) in fresh.items()
            if stamp.is_settled
        ]
        connection = self._opened() if rows or gone else None
        if connection is None:
            return
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)", rows)
                forgotten = [(self._folder, _text(name)) for name in gone]
                connection.executemany("DELETE FROM readings WHERE folder = ? AND name = ?", forgotten)
        except sqlite3.OperationalError:
            pass  # a full disk, or another run's turn: what is kept stays as it was
        except sqlite3.Error:
            self._remove()
        finally:
            connection.close()

    def _opened(self) -> sqlite3.Connection | None:
        if self._path is None:
            return None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(self._path, timeout=5.0, isolation_level=None)
        except (sqlite3.Error, OSError):
            return None
        try:
            connection.executescript("PRAGMA synchronous = OFF;" + _TABLE)
        except sqlite3.OperationalError:
            connection.close()
            return None
        except sqlite3.Error:
            connection.close()
            self._remove()
            return None
        return connection

    def _remove(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()


def _text(name: str) -> str:
    """A name as SQLite can store it."""
    return name.encode("utf-8", "backslashreplace").decode()
