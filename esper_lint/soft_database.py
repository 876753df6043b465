"""An SQLite file in the user's cache folder which only costs time where it is missing, read-only, damaged or locked.

Every failure turns into "not known", so that no caller has to handle one.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_WAIT_S = 30.0
_AT_ONCE = 500  # values that one query may name on every SQLite


class SoftDatabase:
    """Holds the tables that a script makes if they are not there, at the first of some places that allows it.

    ``path`` is where it lies, or None if there is none.
    """

    path: Path | None = None

    def __init__(self, places: Iterable[Path], tables: str, *, probe: str) -> None:
        """``probe`` is a query that a sound file answers, for one that cannot be written."""
        self._connection: sqlite3.Connection | None = None
        self._is_writable = True
        for path in places:
            self._connection = _open(path, tables, probe)
            if self._connection is not None:
                self.path = path
                break

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def freeze(self) -> None:
        """Keep nothing of what it is told from here on."""
        self._is_writable = False

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def among(
        self, columns: str, table: str, column: str, wanted: Iterable[str], condition: str = "true", *arguments: object
    ) -> Iterator[Any]:
        """The rows whose ``column`` is one of ``wanted``."""
        names = list(wanted)
        for start in range(0, len(names), _AT_ONCE):
            part = names[start : start + _AT_ONCE]
            places = ",".join("?" * len(part))
            query = f"SELECT {columns} FROM {table} WHERE {condition} AND {column} IN ({places})"
            yield from self.rows(query, (*arguments, *part))

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[Any]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query, arguments).fetchall()
        except (sqlite3.Error, OverflowError):
            self._give_up()
            return []

    def write(self, *statements: tuple[str, Sequence[Sequence[object]]]) -> None:
        if self._connection is None or not self._is_writable:
            return
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                for statement, rows in statements:
                    self._connection.executemany(statement, rows)
        except sqlite3.OperationalError:
            self._is_writable = False  # full disk, read-only or locked for too long: the file stays as it was
        except (sqlite3.Error, OverflowError):
            self._give_up()

    def _give_up(self) -> None:
        """Stop using a damaged file, and remove it so that the next run starts a sound one."""
        if self._connection is None:
            return
        rows = self._connection.execute("PRAGMA database_list").fetchall() if _alive(self._connection) else []
        self.close()
        for _, _, path in rows:
            if path:
                with suppress(OSError):
                    os.remove(path)


def places_of(path: Path) -> Iterator[Path]:
    """Where a file that should be at ``path`` may lie, the best place first; the second is made only for who asks."""
    yield path
    instead = _among_temporary_files(path)
    if instead is not None:
        yield instead


def _among_temporary_files(path: Path) -> Path | None:
    """Where a file lies that can be made nowhere else: without an index, every file under flake8 would be a first run.

    The name of the folder can be guessed, so nothing is read from one that is not this user's own.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0  # elsewhere each user has a folder for temporary files
    folder = Path(tempfile.gettempdir()) / f"esper-lint-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == user
    return folder / path.name if is_ours else None


def _open(path: Path, tables: str, probe: str) -> sqlite3.Connection | None:
    """A connection to a sound file; a damaged one is replaced, and where none can be made there is none."""
    for attempt in (1, 2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Not waiting for the disk risks the file, which every run can do without, only where the machine fails.
            return _connected(str(path), "PRAGMA synchronous = OFF;" + tables)
        except sqlite3.OperationalError:
            return _open_read_only(path, probe)
        except (sqlite3.DatabaseError, OSError):
            if attempt == 2:
                return None
            with suppress(OSError):
                os.remove(path)
    return None


def _open_read_only(path: Path, probe: str) -> sqlite3.Connection | None:
    try:
        return _connected(f"{path.absolute().as_uri()}?mode=ro", probe + ";")
    except (sqlite3.Error, OSError):
        return None


def _connected(database: str, script: str) -> sqlite3.Connection:
    """A connection on which ``script`` has run; none is left open if it does not."""
    connection = sqlite3.connect(database, uri=database.startswith("file:"), timeout=_WAIT_S, isolation_level=None)
    try:
        connection.executescript(script)
    except BaseException:
        connection.close()
        raise
    return connection


def _alive(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA database_list")
    except sqlite3.Error:
        return False
    return True
