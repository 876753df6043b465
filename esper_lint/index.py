"""The index: what was learnt of a tree, kept in SQLite in the user's cache folder, keyed by content.

Nothing in it is needed: a missing, read-only, corrupt or foreign index only costs time, so every failure here turns
into "not known" and no caller has to handle one.  Facts and forms are keyed by the content they were computed from, so
entries of several trees and of concurrent runs merge and no run wipes another's.  Everything computed stands behind a
checksum; values are pickles, read with a loader that builds our own frozen values and nothing else, so that a planted
file cannot run code.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from esper_lint import __version__
from esper_lint.config import Config
from esper_lint.discovery.files import SourceFile
from esper_lint.discovery.forms import Form, Signature
from esper_lint.index_values import form_of, opened, pack, sealed, signature_bytes, signature_of, stream_bytes, unpack
from esper_lint.matching.pairs import Compared

# Changes with every change of what is stored or of how it is computed.
_SCHEMA = 5
_FILE = f"index-{__version__}-{_SCHEMA}-py{sys.version_info[0]}{sys.version_info[1]}.sqlite"
_Value = TypeVar("_Value")

_WAIT_S = 30.0
# A file written this shortly before it was read may be written again within the clock's resolution.
_RACY_NS = 2_000_000_000
_TABLES = """
CREATE TABLE IF NOT EXISTS stamps(
    path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, digest TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts(digest TEXT PRIMARY KEY, payload BLOB);
CREATE TABLE IF NOT EXISTS forms(exact TEXT PRIMARY KEY, signature BLOB, stream BLOB);
CREATE TABLE IF NOT EXISTS results(kind TEXT, key TEXT, used REAL, payload BLOB, PRIMARY KEY(kind, key));
"""


class IndexIncomplete(Exception):
    """The index holds facts without the forms they speak of (it was damaged): the run must do without it."""


def location(config: Config) -> Path:
    """Where the index lies, whether it exists or not."""
    if config.cache_dir:
        return Path(config.cache_dir) / _FILE
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "esper-lint" / _FILE


def clear(config: Config) -> None:
    """Remove the index; it is rebuilt by the next run."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            os.remove(f"{location(config)}{suffix}")


def stats(config: Config) -> Mapping[str, int | str]:
    """What the index holds, for a person to read."""
    path = location(config)
    counts: dict[str, int | str] = {"path": str(path), "bytes": path.stat().st_size if path.exists() else 0}
    if path.exists():
        index = Index(config)
        counts |= {table: index.count(table) for table in ("stamps", "facts", "forms", "results")}
        index.close()
    return counts


class Index:
    """One run's view of the index.  All methods answer with what is known; none raises for a bad index."""

    def __init__(self, config: Config, *, enabled: bool = True) -> None:
        self._connection: sqlite3.Connection | None = None
        if enabled:
            self._connection = _open(location(config))

    # -- files --------------------------------------------------------------------------------------------------

    def digests(self, files: Iterable[SourceFile]) -> dict[str, str]:
        """path -> content digest, for the files whose stamp says that they have not changed since they were read."""
        stamps = {row[0]: row[1:] for row in self._rows("SELECT path, size, mtime, ctime, digest FROM stamps")}
        return {
            file.path: known[3] for file in files if (known := stamps.get(_text(file.path))) and known[:3] == file.stamp
        }

    def facts(self, digests: Iterable[str]) -> dict[str, Any]:
        """digest -> FileFacts, for those that are known."""
        wanted = set(digests)
        rows = self._rows("SELECT digest, payload FROM facts")
        known = ((digest, unpack(payload)) for digest, payload in rows if digest in wanted)
        return {digest: value for digest, value in known if value is not None}

    def add_files(
        self, stamps: Iterable[tuple[SourceFile, str]], facts: Mapping[str, object], forms: Iterable[Form]
    ) -> None:
        """Remember what was read; one transaction, so that a run killed here leaves nothing half-written."""
        now = time.time_ns()
        settled = [(_text(file.path), *file.stamp, digest) for file, digest in stamps if now - file.stamp[1] > _RACY_NS]
        rows = [(form.key.exact, sealed(signature_bytes(form.signature)), sealed(stream_bytes(form))) for form in forms]
        self._write(
            ("INSERT OR REPLACE INTO stamps VALUES (?, ?, ?, ?, ?)", settled),
            ("INSERT OR REPLACE INTO facts VALUES (?, ?)", [(digest, pack(value)) for digest, value in facts.items()]),
            ("INSERT OR REPLACE INTO forms VALUES (?, ?, ?)", rows),
        )

    # -- forms --------------------------------------------------------------------------------------------------

    def signatures(self, exact: Iterable[str]) -> dict[str, Signature]:
        """exact key -> signature.  Raises IndexIncomplete if one is not known."""
        wanted = set(exact)
        rows = self._rows("SELECT exact, signature FROM forms") if wanted else []
        return _complete(wanted, ((key, opened(data)) for key, data in rows if key in wanted), signature_of)

    def forms(self, exact: Iterable[str]) -> dict[str, Form]:
        """exact key -> form.  Raises IndexIncomplete if one is not known."""
        wanted = list(exact)
        rows: list[tuple[str, object, object]] = []
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = f"SELECT exact, signature, stream FROM forms WHERE exact IN ({','.join('?' * len(part))})"
            rows += self._rows(query, part)
        signatures = _complete(set(wanted), ((key, opened(mark)) for key, mark, _ in rows), signature_of)
        streams = _complete(set(wanted), ((key, opened(data)) for key, _, data in rows), lambda data: data)
        return {key: form_of(key, signatures[key], streams[key]) for key in wanted}

    # -- results ------------------------------------------------------------------------------------------------

    def result(self, kind: str, key: str) -> Any:
        """A stored result, or None."""
        for (payload,) in self._rows("SELECT payload FROM results WHERE kind = ? AND key = ?", (kind, key)):
            return unpack(payload)
        return None

    def results(self, kind: str, keys: Iterable[str]) -> dict[str, Any]:
        """key -> stored result, for those that are known."""
        wanted = set(keys)
        rows = self._rows("SELECT key, payload FROM results WHERE kind = ?", (kind,))
        known = ((key, unpack(payload)) for key, payload in rows if key in wanted)
        return {key: value for key, value in known if value is not None}

    def add_results(self, kind: str, results: Mapping[str, object], *, keep: int | None = None) -> None:
        """Remember results; with ``keep``, only that many of the newest of their kind stay."""
        now = time.time()
        rows = [(kind, key, now, pack(value)) for key, value in results.items()]
        statements: list[tuple[str, Sequence[Sequence[object]]]] = [
            ("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", rows)
        ]
        if keep is not None:
            newest = "SELECT key FROM results WHERE kind = ? ORDER BY used DESC LIMIT ?"
            statements.append((f"DELETE FROM results WHERE kind = ? AND key NOT IN ({newest})", [(kind, kind, keep)]))
        self._write(*statements)

    def comparison(self, name: str) -> Compared | None:
        """What an earlier run of the same measure on the same project compared."""
        stored = self.result("comparison", name)
        if stored is None:
            return None
        keys, firsts, seconds, lengths = stored
        pairs = zip(array("I", firsts), array("I", seconds), array("I", lengths), strict=True)
        return Compared(frozenset(keys), {(keys[i], keys[j]): length for i, j, length in pairs})

    def add_comparison(self, name: str, compared: Compared) -> None:
        keys = sorted(compared.forms)
        place = {key: number for number, key in enumerate(keys)}
        pairs = sorted(compared.common)
        columns = [array("I", [place[pair[side]] for pair in pairs]).tobytes() for side in (0, 1)]
        lengths = array("I", [compared.common[pair] for pair in pairs]).tobytes()
        self.add_results("comparison", {name: (keys, *columns, lengths)})

    def count(self, table: str) -> int:
        return next((row[0] for row in self._rows(f"SELECT count(*) FROM {table}")), 0)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- failing softly ---------------------------------------------------------------------------------------

    def _rows(self, query: str, arguments: Sequence[object] = ()) -> list[Any]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query, arguments).fetchall()
        except (sqlite3.Error, OverflowError):
            self._give_up()
            return []

    def _write(self, *statements: tuple[str, Sequence[Sequence[object]]]) -> None:
        if self._connection is None:
            return
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                for statement, rows in statements:
                    self._connection.executemany(statement, rows)
        except sqlite3.OperationalError:
            self.close()  # full disk, read-only or locked for too long: the index stays as it was
        except (sqlite3.Error, OverflowError):
            self._give_up()

    def _give_up(self) -> None:
        """Stop using a damaged index, and remove it so that the next run starts a sound one."""
        if self._connection is None:
            return
        rows = self._connection.execute("PRAGMA database_list").fetchall() if _alive(self._connection) else []
        self.close()
        for _, _, path in rows:
            if path:
                with suppress(OSError):
                    os.remove(path)


def _open(path: Path) -> sqlite3.Connection | None:
    """A connection to a sound index; a damaged one is replaced, and where none can be made there is none."""
    for attempt in (1, 2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return _connected(str(path), "PRAGMA synchronous = NORMAL;" + _TABLES)
        except sqlite3.OperationalError:
            return _open_read_only(path)
        except (sqlite3.DatabaseError, OSError):
            if attempt == 2:
                return None
            with suppress(OSError):
                os.remove(path)
    return None


def _open_read_only(path: Path) -> sqlite3.Connection | None:
    try:
        return _connected(f"{path.absolute().as_uri()}?mode=ro", "SELECT count(*) FROM stamps;")
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


def _text(path: str) -> str:
    """A path as SQLite can store it: undecodable bytes escaped."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _complete(
    wanted: set[str], found: Iterable[tuple[str, bytes | None]], read: Callable[[bytes], _Value]
) -> dict[str, _Value]:
    """The values of all wanted keys, or IndexIncomplete if one is missing or damaged."""
    values = {key: read(data) for key, data in found if data is not None}
    if values.keys() != wanted:
        raise IndexIncomplete
    return values
