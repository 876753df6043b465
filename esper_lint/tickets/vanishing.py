"""A finding that is gone -> the commit where it went, from git's log of the files of its members."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from esper_lint import git
from esper_lint.earlier import Mark
from esper_lint.findings import UnitKind
from esper_lint.git import GitError
from esper_lint.history.versions import units_in

_COMMITS = 50
_SHORT = 10
_PATHS = 400
"""What is looked at of one file's history, and how many files git is asked about at once."""
_LITERAL = ("--literal-pathspecs", "-c", "core.quotePath=false")
_STATUS = ("--porcelain", "-z", "--no-renames", "--untracked-files=all")
_LOG = (
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--root",
    "--diff-merges=first-parent",
    "--no-color",
    "--no-show-signature",
    "--format=%x01%H%x00%cs%x00%ct",
)


@dataclass(frozen=True, slots=True)
class Vanished:
    """``commit`` and its ``date``; both are empty where git knows neither, or what happened is not committed."""

    commit: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class _Touch:
    """A commit that touched a file; ``before`` and ``after`` name its contents, empty where there was no file.

    ``age`` is the greater the older it is.
    """

    commit: str
    date: str
    age: tuple[int, int]
    before: str
    after: str


class Vanishing:
    """The history of some files of a project.  Without git, or outside of a repository, nothing is known."""

    def __init__(self, project: str, sites: Iterable[Sequence[Mark]]) -> None:
        paths = sorted({site.path for group in sites for site in group})
        self._project = project
        self._touches: dict[str, list[_Touch]] = {}
        self._dirty: frozenset[str] = frozenset()
        self._units: dict[str, Mapping[str, tuple[str, ...]]] = {}
        try:
            top = git.top(project) if paths else ""
            for start in range(0, len(paths), _PATHS):
                self._read(top, paths[start : start + _PATHS])
        except GitError:
            self._touches = {}

    def of(self, sites: Sequence[Mark]) -> Vanished:
        """The newest commit that changed, removed or moved away the code of one of the members."""
        if any(site.path in self._dirty for site in sites):
            return Vanished()
        found: list[_Touch] = []
        for site in sites:
            touches = self._touches.get(site.path, [])[:_COMMITS]
            found += [one for one in touches if self._changed(site, one)][:1]
        newest = min(found, key=lambda one: one.age, default=None)
        return Vanished() if newest is None else Vanished(newest.commit[:_SHORT], newest.date)

    def _changed(self, site: Mark, touch: _Touch) -> bool:
        name = site.qualname
        return self._said(touch.before, name) != self._said(touch.after, name)

    def _said(self, content: str, qualname: str) -> tuple[str, ...]:
        """What the classes of that name say in a file."""
        if not content:
            return ()
        if content not in self._units:
            self._units[content] = self._parsed(content)
        ending = f".{qualname}"
        return tuple(
            text
            for name, texts in self._units[content].items()
            if name == qualname or name.endswith(ending)
            for text in texts
        )

    def _parsed(self, content: str) -> Mapping[str, tuple[str, ...]]:
        try:
            data = git.contents(self._project, [content]).get(content, b"")
        except GitError:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        units = units_in(data) or {}
        for kind in UnitKind:
            for one in units.get(kind, ()):
                found[one.qualname] = (*found.get(one.qualname, ()), one.version.exact)
        return found

    def _read(self, top: str, paths: Sequence[str]) -> None:
        """The commits that touched these files, newest first, and which of the files differ from the newest one."""
        prefix = os.path.relpath(self._project, top).replace(os.sep, "/")
        start = "" if prefix == "." else f"{prefix}/"
        names = {f"{start}{path}": path for path in paths}
        status = git.output(top, *_LITERAL, "status", *_STATUS, "--", *names)
        changed = {os.fsdecode(entry[3:]) for entry in status.split(b"\0") if entry}
        self._dirty |= {path for name, path in names.items() if name in changed}
        words = iter(git.output(top, *_LITERAL, "log", *_LOG, "--", *names).split(b"\0"))
        commit, date, age = "", "", (0, 0)
        for raw in words:
            word = raw.lstrip(b"\n")
            if word.startswith(b"\1"):
                commit, date = word[1:].decode(), next(words).decode()
                age = -int(next(words)), age[1] + 1
            elif word.startswith(b":"):
                _, _, before, after, _ = word[1:].decode().split(" ")
                path = names.get(os.fsdecode(next(words)))
                if path is not None:
                    self._touches.setdefault(path, []).append(_Touch(commit, date, age, _blob(before), _blob(after)))


def _blob(name: str) -> str:
    """Git names what is not there by zeros."""
    return name if name.strip("0") else ""
