"""Names of contents -> the units in them, each content read once, by as many processes as there are cores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha1
from typing import Any, Protocol

from esper_lint import git
from esper_lint.findings import UnitKind
from esper_lint.history.versions import Units, Written, from_row, to_row, units_in
from esper_lint.parallel import forked_map

_AT_ONCE = 64  # so few that their bytes fit into memory, and that reading them all tells how far it is
_KIND = "content"


class Memory(Protocol):
    """Where earlier runs have left results by their kind and key."""

    def results(self, kind: str, keys: Collection[str]) -> dict[str, Any]: ...

    def add_results(self, kind: str, results: Mapping[str, object]) -> None: ...


class Contents:
    """The contents that a repository knows by name."""

    def __init__(self, top: str, memory: Memory, jobs: int, advance: Callable[[int], None]) -> None:
        self._top = top
        self._memory = memory
        self._jobs = jobs
        self._advance = advance
        self._known: dict[str, Units | None] = {}

    def units(self, name: str, kind: UnitKind) -> tuple[Written, ...] | None:
        """The units of one kind, or None if the content cannot be read: it is no Python that this interpreter knows,
        or a partial clone lacks it."""
        if name not in self._known:
            self.read([name])
        units = self._known[name]
        return None if units is None else units[kind]

    def units_of(self, data: bytes, kind: UnitKind) -> tuple[Written, ...] | None:
        """The units of one kind in a file of the work tree, which mostly is as some commit has it."""
        name = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()  # git's own name for it
        if self.unread([name]):
            rows = _to_rows(units_in(data))
            self._known[name] = _from_rows(rows)
            self._memory.add_results(_KIND, {name: rows})
        return self.units(name, kind)

    def unread(self, names: Iterable[str]) -> list[str]:
        """Those of the names that nobody has read yet."""
        wanted = [name for name in dict.fromkeys(names) if name and name not in self._known]
        for name, rows in self._memory.results(_KIND, wanted).items():
            self._known[name] = _from_rows(rows)
        return [name for name in wanted if name not in self._known]

    def read(self, names: Iterable[str]) -> None:
        """Read what is unread.  What was read is remembered even if the run ends in the middle of it."""
        unread = self.unread(names)
        if not unread:
            return
        parts = [unread[start : start + _AT_ONCE] for start in range(0, len(unread), _AT_ONCE)]
        read: dict[str, Any] = {}
        try:
            for part, found in zip(parts, forked_map(self._rows, parts, self._jobs), strict=True):
                read |= found
                self._advance(len(part))
        finally:
            self._memory.add_results(_KIND, read)
            self._known |= {name: _from_rows(rows) for name, rows in read.items()}
        self._known |= dict.fromkeys([name for name in unread if name not in read])

    def _rows(self, names: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        return {name: _to_rows(units_in(data)) for name, data in git.contents(self._top, names).items()}


def _to_rows(units: Units | None) -> tuple[Any, ...]:
    """Units as plain values, which pickle well; nothing for what cannot be read."""
    return () if units is None else tuple(_flat(units[kind]) for kind in UnitKind)


def _flat(units: Iterable[Written]) -> tuple[tuple[Any, ...], ...]:
    return tuple((one.qualname, to_row(one.version), one.line) for one in units)


def _from_rows(rows: tuple[Any, ...]) -> Units | None:
    if not rows:
        return None
    return {
        kind: tuple(Written(qualname, from_row(row), line) for qualname, row, line in found)
        for kind, found in zip(UnitKind, rows, strict=True)
    }
