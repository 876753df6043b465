"""The repository that a project lies in: units as they are in the work tree -> their versions over time.

What was found is kept for the next run at the same commit, which then asks git for the name of that commit only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from esper_lint import git
from esper_lint.discovery.gitignore import SUFFIX, lies_in, posix
from esper_lint.findings import UnitKind
from esper_lint.git import GitError
from esper_lint.history.contents import Contents, Memory
from esper_lint.history.following import Follower, Standing, moved_from, named_like, standings
from esper_lint.history.log import Change, Commit, Entry, Log, read_log
from esper_lint.history.tracing import Step, Trace, trace
from esper_lint.history.versions import Version, Written, from_row, to_row
from esper_lint.progress import Progress
from esper_lint.tree import TreeChanged

_UNBORN = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """A unit of the work tree: the file's name in the project, its class, its exact key, and the line of its forward
    if the file may hold more than one such unit."""

    path: str
    qualname: str
    exact: str
    line: int


class Repository:
    """Raises GitError, here and in all that it does, where there is no repository or no git.

    ``read`` gives the bytes of a file of the project as it is now.
    """

    def __init__(
        self, project: str, read: Callable[[str], bytes], memory: Memory, jobs: int, progress: Progress
    ) -> None:
        self.top = git.top(project)
        self._project = project
        self._read = read
        self._memory = memory
        self._progress = progress
        self._contents = Contents(self.top, memory, jobs, progress.advance)
        self._head = _head(self.top)
        self._state = self._head + _boundary(self.top)
        self._log: Log | None = None
        self._now: dict[str, bytes] = {}

    def traces(self, kind: UnitKind, groups: Sequence[Sequence[Sought]]) -> list[Trace]:
        """The versions over time of the units of each group.  Raises TreeChanged if one is not what was sought."""
        keys = [self._key(kind, group) for group in groups]
        known = {key: one[1] for key, one in self._memory.results("trace", keys).items() if one[0] == self._state}
        missing = {key: group for key, group in zip(keys, groups, strict=True) if key not in known}
        found = {key: _from_rows(*rows) for key, rows in known.items()}
        if missing:
            paths = dict.fromkeys(self._path(one.path) for group in missing.values() for one in group)
            unread = self._contents.unread(self.log.contents(path for path in paths if path))
            self._progress.stage("history", len(unread))
            self._contents.read(unread)
        new = {}
        for key, group in missing.items():
            found[key], is_settled = self._trace(kind, group)
            if is_settled:
                new[key] = (self._state, _to_rows(found[key]))
        if new:
            self._memory.add_results("trace", new)
        return [found[key] for key in keys]

    @property
    def log(self) -> Log:
        if self._log is None:
            self._log = Log(tuple(self._entries()))
        return self._log

    def _entries(self) -> Iterator[Entry]:
        if self._head == _UNBORN:
            return
        key = blake2b(os.fsencode(self.top), digest_size=12).hexdigest()
        state, rows = self._memory.results("log", [key]).get(key) or ("", ())
        if state == self._state:
            for commit, parents, changes in rows:
                yield Entry(Commit(*commit), parents, tuple(Change(*change) for change in changes))
            return
        entries = read_log(self.top, self._head)
        rows = tuple((tuple(one.commit), one.parents, tuple(map(tuple, one.changes))) for one in entries)
        self._memory.add_results("log", {key: (self._state, rows)})
        yield from entries

    def _trace(self, kind: UnitKind, group: Sequence[Sought]) -> tuple[Trace, bool]:
        """The trace of a group, and whether it depends on nothing but these units and the history of HEAD."""
        now, committed, is_settled = [], [], True
        for one in group:
            unit = self._sought(kind, one)
            place = self._path(one.path)
            before = None
            if place is not None:
                unit = unit._replace(place=unit.place._replace(path=place))
                before = self._committed(kind, unit)
            if before is None:
                is_settled = False
                before = moved_from(unit, self._gone(kind))
            now.append(unit.version)
            committed.append(before)
        return trace(now, committed, self.log, Follower(self.log, self._contents, kind)), is_settled

    def _sought(self, kind: UnitKind, one: Sought) -> Standing:
        """The unit as it is in the work tree."""
        units = self._units_now(kind, one.path)
        for unit, standing in zip(units, standings(one.path, units), strict=True):
            if (unit.qualname, unit.version.exact, unit.line) == (one.qualname, one.exact, one.line):
                return standing
        raise TreeChanged(one.path)

    def _units_now(self, kind: UnitKind, path: str) -> tuple[Written, ...]:
        if path not in self._now:
            try:
                self._now[path] = self._read(path)
            except OSError:
                return ()
        return self._contents.units_of(self._now[path], kind) or ()

    def _committed(self, kind: UnitKind, unit: Standing) -> Standing | None:
        """A unit of the work tree as it is in the newest commit, in the same file and under the same name."""
        content = self.log.content(unit.place.path, 0) if self.log.entries else ""
        units = self._contents.units(content, kind) if content else ()
        return unit if units is None else named_like(unit, standings(unit.place.path, units))

    def _gone(self, kind: UnitKind) -> list[Standing]:
        """The units that are in the newest commit and no longer in the same file of the work tree."""
        if not self.log.entries:
            return []
        words = git.output(
            self.top, "diff-index", "-z", "--raw", "--no-abbrev", "--no-renames", self._head, "--", f"*{SUFFIX}"
        ).split(b"\0")
        gone = []
        for path in map(os.fsdecode, words[1::2]):
            content = self.log.content(path, 0)
            before = self._contents.units(content, kind) if content else ()
            name = posix(os.path.relpath(os.path.join(self.top, path), self._project))
            left = {unit.qualname for unit in self._units_now(kind, name)}
            gone += [one for one in standings(path, before or ()) if one.place.qualname not in left]
        return gone

    def _path(self, name: str) -> str | None:
        """What git calls a file of the project; None for one that lies elsewhere."""
        place = os.path.realpath(os.path.join(self._project, name))
        return posix(os.path.relpath(place, self.top)) if lies_in(place, self.top) else None

    def _key(self, kind: UnitKind, group: Sequence[Sought]) -> str:
        words = [self.top, kind.value]
        for one in group:
            words += (one.path, one.qualname, one.exact)
        return blake2b("\0".join(words).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _head(top: str) -> str:
    """The newest commit; of a repository in which nothing is committed yet, nothing."""
    try:
        return git.line(top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitError:
        return _UNBORN


def is_shallow(folder: str) -> bool:
    """Whether the repository that a folder is in lacks the beginning of its history."""
    return git.line(folder, "rev-parse", "--is-shallow-repository") == "true"


def _boundary(top: str) -> str:
    """A name for where the history of a shallow clone ends, which changes when it is deepened; nothing for others."""
    if not is_shallow(top):
        return ""
    name = "shallow"
    with suppress(OSError), open(os.path.join(top, git.line(top, "rev-parse", "--git-path", name)), "rb") as stream:
        name = blake2b(stream.read(), digest_size=12).hexdigest()
    return f" {name}"


def _to_rows(steps: Trace) -> tuple[Any, ...]:
    """A trace as plain values; the same versions are written once, since most steps change one member of many."""
    numbers: dict[Version | None, int] = {}
    rows = tuple(
        (
            one.commit and tuple(one.commit),
            tuple(numbers.setdefault(version, len(numbers)) for version in one.versions),
            one.parents,
        )
        for one in steps
    )
    return rows, tuple(version and to_row(version) for version in numbers)


def _from_rows(rows: tuple[Any, ...], plain: tuple[Any, ...]) -> Trace:
    versions = [row and from_row(row) for row in plain]
    return tuple(
        Step(commit and Commit(*commit), tuple(versions[number] for number in said), parents)
        for commit, said, parents in rows
    )
