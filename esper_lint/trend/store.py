"""Where the records of commits are kept: an SQLite file beside the index, in the user's cache folder.

A commit never changes, so its record is kept for as long as the settings are the same; a run that was killed has lost
one commit at most.  Nothing in the file is needed: it can be deleted at any time, and fails as softly as the index.  It
holds JSON behind checksums, and nothing that is read from it is more than text and numbers.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from esper_lint import __version__, git
from esper_lint.config import Config
from esper_lint.index import location
from esper_lint.index_values import opened, sealed
from esper_lint.soft_database import SoftDatabase, places_of
from esper_lint.trend.records import CommitRecord, GroupRecord
from esper_lint.trend.rows import MALFORMED, group_from, group_names, group_row, record_from, record_row

# Changes with every change of what is stored or of how it is computed.
_SCHEMA = 1
_FILE = f"history-{__version__}-{_SCHEMA}-py{sys.version_info[0]}{sys.version_info[1]}.sqlite"

_KEPT = 16
_TABLES = """
CREATE TABLE IF NOT EXISTS series(series TEXT PRIMARY KEY, used REAL);
CREATE TABLE IF NOT EXISTS records(series TEXT, id TEXT, payload BLOB, PRIMARY KEY(series, id));
CREATE TABLE IF NOT EXISTS groups(series TEXT, name TEXT, payload BLOB, PRIMARY KEY(series, name));
"""
_OLD = "series NOT IN (SELECT series FROM series ORDER BY used DESC LIMIT ?)"


def series_of(config: Config, top: str) -> str:
    """A name for all that the records of commits depend on beside the commits: the project in its repository, the
    settings, the ignore patterns that are not committed, and the version of the tool, which names the file."""
    try:
        with open(os.path.join(top, git.line(top, "rev-parse", "--git-path", "info/exclude")), "rb") as stream:
            patterns = stream.read().hex()
    except OSError:
        patterns = ""
    chosen = [config.has_table, config.select, config.ignore, config.per_file_ignores, config.copied_from]
    words = json.dumps([top, config.project, config.digest(), chosen, patterns])
    return blake2b(words.encode(), digest_size=12).hexdigest()


class Store(SoftDatabase):
    """The records of one series.  All methods answer with what is known; none raises for a bad file."""

    def __init__(self, config: Config, series: str, *, enabled: bool = True) -> None:
        places: Iterable[Path] = places_of(location(config).with_name(_FILE)) if enabled else ()
        super().__init__(places, _TABLES, probe="SELECT count(*) FROM records")
        self._series = series
        self._written: dict[GroupRecord, str] = {}

    @property
    def holds_any(self) -> bool:
        return bool(self.rows("SELECT 1 FROM records WHERE series = ? LIMIT 1", (self._series,)))

    def records(self, commits: Iterable[str]) -> dict[str, CommitRecord]:
        """The records of these commits, by their names, as far as they are known."""
        found = self.among("id, payload", "records", "id", commits, "series = ?", self._series)
        rows = {identity: row for identity, payload in found if (row := _value(payload)) is not None}
        names: dict[str, None] = {}
        for row in rows.values():
            try:
                names |= dict.fromkeys(group_names(row))
            except (*MALFORMED, IndexError):
                continue
        groups = self._groups(names)
        records = {}
        for identity, row in rows.items():
            try:
                record = record_from(row, groups)
            except MALFORMED:
                continue
            if record.commit.id == identity:
                records[identity] = record
        return records

    def add(self, record: CommitRecord) -> None:
        """Remember the record of a commit; one transaction, so that a run killed here leaves nothing half-written."""
        names, new = {}, []
        for group in record.groups:
            names[group] = self._written.get(group, "")
            if not names[group]:
                payload = _payload(group_row(group))
                names[group] = blake2b(payload, digest_size=12).hexdigest()
                new.append((self._series, names[group], payload))
        self._written = names
        row = record_row(record, [names[group] for group in record.groups])
        self.write(
            ("INSERT OR REPLACE INTO series VALUES (?, ?)", [(self._series, time.time())]),
            ("INSERT OR REPLACE INTO groups VALUES (?, ?, ?)", new),
            ("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", [(self._series, record.commit.id, _payload(row))]),
        )

    def forget_old(self) -> None:
        """Forget the series that have not been added to for longest, but for a few."""
        self.write(*((f"DELETE FROM {table} WHERE {_OLD}", [(_KEPT,)]) for table in ("records", "groups", "series")))

    def _groups(self, names: Mapping[str, None]) -> dict[str, GroupRecord]:
        found: dict[str, GroupRecord] = {}
        for name, payload in self.among("name, payload", "groups", "name", names, "series = ?", self._series):
            try:
                found[name] = group_from(_value(payload))
            except MALFORMED:
                continue
        return found


def _payload(value: object) -> bytes:
    return sealed(json.dumps(value, separators=(",", ":")).encode())


def _value(payload: object) -> Any:
    """What a payload holds, or None if it is damaged."""
    data = opened(payload)
    try:
        return None if data is None else json.loads(data)
    except (ValueError, RecursionError):
        return None
