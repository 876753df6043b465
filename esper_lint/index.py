"""The index: what was learnt of a tree, kept in SQLite in the user's cache folder, keyed by content.

Where that cannot be written, it lies among temporary files.

Nothing in it is needed: a missing, read-only, corrupt or foreign index only costs time, so every failure here turns
into "not known" and no caller has to handle one.  Facts and forms are keyed by the content they were computed from, so
entries of several trees and of concurrent runs merge and no run wipes another's.  Everything computed stands behind a
checksum; values are pickles, read with a loader that builds our own frozen values and nothing else, so that a planted
file cannot run code.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esper_lint import __version__
from esper_lint.config import Config
from esper_lint.discovery.files import SourceFile
from esper_lint.index_values import pack, unpack, unpack_form
from esper_lint.snapshot import Snapshot, Workings, columns_of, workings_of
from esper_lint.soft_database import SoftDatabase, places_of

if TYPE_CHECKING:
    from esper_lint.contracts.book import Contracts
    from esper_lint.discovery.forms import Form
    from esper_lint.evidence import Told

# Changes with every change of what is stored or of how it is computed.
_SCHEMA = 14
_FILE = f"index-{__version__}-{_SCHEMA}-py{sys.version_info[0]}{sys.version_info[1]}.sqlite"

_KEPT_TREES = 16
_GRACE_S = 3600.0
# A file written this shortly before it was read may be written again within the clock's resolution.
_RACY_NS = 2_000_000_000
_TABLES = """
CREATE TABLE IF NOT EXISTS stamps(
    path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, ctime INTEGER, digest TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts(digest TEXT PRIMARY KEY, payload BLOB);
CREATE TABLE IF NOT EXISTS forms(exact TEXT PRIMARY KEY, payload BLOB);
CREATE TABLE IF NOT EXISTS results(kind TEXT, key TEXT, used REAL, payload BLOB, PRIMARY KEY(kind, key));
"""
_FORGET_TREES: tuple[tuple[str, Sequence[Sequence[object]]], ...] = (
    (
        "DELETE FROM results WHERE kind IN ('snapshot', 'workings') AND key NOT IN"
        " (SELECT key FROM results WHERE kind = 'snapshot' ORDER BY used DESC LIMIT ?)",
        [(_KEPT_TREES,)],
    ),
    # What belongs to a tree has its name after a blank.
    (
        "DELETE FROM results WHERE instr(kind, ' ') AND substr(kind, instr(kind, ' ') + 1) NOT IN"
        " (SELECT key FROM results WHERE kind = 'snapshot')",
        [()],
    ),
)


class IndexIncomplete(Exception):
    """The index holds facts without the forms they speak of (it was damaged): the run must do without it."""


def location(config: Config) -> Path:
    """Where the index should lie, whether it exists or not."""
    if config.cache_dir:
        return Path(config.cache_dir) / _FILE
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "esper-lint" / _FILE


def place_in_use(config: Config) -> Path | None:
    """Where the index does lie: where it should, or among temporary files, or nowhere."""
    index = Index(config)
    index.close()
    return index.path


def clear(config: Config) -> None:
    """Remove the index, wherever it lies; it is rebuilt by the next run."""
    for path in (location(config), place_in_use(config)):
        for suffix in ("", "-journal", "-wal", "-shm") if path else ():
            with suppress(OSError):
                os.remove(f"{path}{suffix}")


@contextmanager
def turn(config: Config, patience_s: float) -> Iterator[bool]:
    """Held by one run at a time, so that runs that start together without an index build it once: the others wait.

    Gives False if the turn does not come in time, and True where none can be kept (a folder that is read-only).
    SQLite's own lock on an empty database does what is needed on every system, and ends with its process.
    """
    path = location(config)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(f"{path}.turn", timeout=patience_s, isolation_level=None)
    except (sqlite3.Error, OSError):
        yield True
        return
    try:
        yield _begins(connection)
    finally:
        connection.close()


def _begins(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        return "locked" not in str(error)
    except sqlite3.DatabaseError:
        pass
    return True


def stats(config: Config) -> Mapping[str, int | str]:
    """What the index holds, for a person to read."""
    index = Index(config)
    size = index.path.stat().st_size if index.path else 0
    counts: dict[str, int | str] = {"path": str(index.path or location(config)), "bytes": size}
    counts |= {table: index.count(table) for table in ("stamps", "facts", "forms", "results")}
    index.close()
    return counts


class Index(SoftDatabase):
    """One run's view of the index.  All methods answer with what is known; none raises for a bad index.

    ``path`` is where it lies, or None if there is none.
    """

    def __init__(self, config: Config, *, enabled: bool = True) -> None:
        super().__init__(places_of(location(config)) if enabled else (), _TABLES, probe="SELECT count(*) FROM stamps")

    # -- files --------------------------------------------------------------------------------------------------

    def digests(self, files: Iterable[SourceFile]) -> dict[str, str]:
        """path -> content digest, for the files whose stamp says that they have not changed since they were read."""
        stamps = {row[0]: row[1:] for row in self.rows("SELECT path, size, mtime, ctime, digest FROM stamps")}
        return {
            file.path: known[3] for file in files if (known := stamps.get(_text(file.path))) and known[:3] == file.stamp
        }

    @property
    def holds_facts(self) -> bool:
        return bool(self.rows("SELECT 1 FROM facts LIMIT 1"))

    def facts(self, digests: Iterable[str]) -> dict[str, Any]:
        """digest -> FileFacts, for those that are known."""
        known = (
            (digest, unpack(payload)) for digest, payload in self.among("digest, payload", "facts", "digest", digests)
        )
        return {digest: value for digest, value in known if value is not None}

    def add_files(
        self, stamps: Iterable[tuple[SourceFile, str]], facts: Mapping[str, bytes], forms: Mapping[str, bytes]
    ) -> None:
        """Remember what was read, packed; one transaction, so that a run killed here leaves nothing half-written."""
        now = time.time_ns()
        settled = [
            (_text(file.path), *file.stamp, digest)
            for file, digest in stamps
            if file.stamp and now - file.stamp[1] > _RACY_NS
        ]
        self.write(
            ("INSERT OR REPLACE INTO stamps VALUES (?, ?, ?, ?, ?)", settled),
            ("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items())),
            ("INSERT OR REPLACE INTO forms VALUES (?, ?)", list(forms.items())),
        )

    # -- forms --------------------------------------------------------------------------------------------------

    def forms(self, exact: Collection[str]) -> dict[str, Form]:
        """exact key -> form.  Raises IndexIncomplete if one is not known."""
        rows = self.among("exact, payload", "forms", "exact", exact) if exact else []
        known = ((key, unpack_form(key, payload)) for key, payload in rows)
        found = {key: form for key, form in known if form is not None}
        if len(found) < len(set(exact)):
            raise IndexIncomplete
        return found

    # -- results ------------------------------------------------------------------------------------------------

    def result(self, kind: str, key: str) -> Any:
        """A stored result, or None."""
        return self.results(kind, [key]).get(key)

    def results(self, kind: str, keys: Collection[str]) -> dict[str, Any]:
        """key -> stored result, for those that are known."""
        rows = self.among("key, payload", "results", "key", keys, "kind = ?", kind)
        known = ((key, unpack(payload)) for key, payload in rows)
        return {key: value for key, value in known if value is not None}

    def add_results(self, kind: str, results: Mapping[str, object]) -> None:
        now = time.time()
        rows = [(kind, key, now, pack(value)) for key, value in results.items()]
        self.write(("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", rows))

    # -- trees --------------------------------------------------------------------------------------------------

    def holds_tree(self, tree: str) -> bool:
        return bool(self.rows("SELECT 1 FROM results WHERE kind = 'snapshot' AND key = ?", (tree,)))

    def snapshot(self, tree: str) -> Snapshot | None:
        """What the last run left behind of a tree."""
        found = self.result("snapshot", tree)
        return found if isinstance(found, Snapshot) else None

    def workings(self, tree: str, snapshot: Snapshot) -> Workings | None:
        """The workings that belong to a snapshot."""
        found = self.result("workings", tree)
        if not isinstance(found, tuple) or found[0] != snapshot.state:
            return None
        return workings_of(found[1])

    def groups(self, tree: str, keys: Collection[str]) -> dict[str, Told]:
        """What is said of groups, for those that are known."""
        return self.results(f"groups {tree}", keys)

    def add_groups(self, tree: str, groups: Mapping[str, Told]) -> None:
        self.add_results(f"groups {tree}", groups)

    def add_tree(self, tree: str, snapshot: Snapshot, workings: Workings) -> None:
        """Remember a tree in the place of its last state, and forget those that have not been looked at for longest."""
        now = time.time()
        live = json.dumps(sorted(snapshot.group_keys))
        is_new = not self.holds_tree(tree)
        self.write(
            (
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)",
                [
                    ("snapshot", tree, now, pack(snapshot)),
                    ("workings", tree, now, pack((snapshot.state, columns_of(workings)))),
                ],
            ),
            (
                # Another run may still be reading what has just been replaced.
                "DELETE FROM results WHERE kind = ? AND used < ? AND key NOT IN (SELECT value FROM json_each(?))",
                [(f"groups {tree}", now - _GRACE_S, live)],
            ),
            *(_FORGET_TREES if is_new else ()),
        )

    # -- contracts ----------------------------------------------------------------------------------------------

    def contracts(self, tree: str, snapshot: Snapshot, *, copies: bool) -> Contracts | None:
        """What contracts say of a tree in this state, if it is known."""
        found = self.result(f"contracts {tree}", "book")
        return found[1] if isinstance(found, tuple) and found[0] == (snapshot.state, copies) else None

    def contract_workings(self, tree: str) -> Any:
        """What ``add_contracts`` kept beside them, or None."""
        return self.result(f"contracts {tree}", "workings")

    def add_contracts(self, tree: str, snapshot: Snapshot, book: Contracts, workings: object, *, copies: bool) -> None:
        state = snapshot.state, copies
        self.add_results(f"contracts {tree}", {"book": (state, book), "workings": workings})

    def count(self, table: str) -> int:
        return next((row[0] for row in self.rows(f"SELECT count(*) FROM {table}")), 0)


def _text(path: str) -> str:
    """A path as SQLite can store it: undecodable bytes escaped."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
