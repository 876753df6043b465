"""Git's log -> the commits that touched Python files, and which content a path had at each of them.

One pass of ``git log`` over all Python files of the repository: ``git log -- FILE`` ends where the file was renamed,
and ``--follow`` takes one file only.  Git leaves out commits, and side branches, that changed no such file, and gives
the others rewritten parents; each tells how it differs from its first one, so that differences add up to trees.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from esper_lint import git
from esper_lint.discovery.gitignore import SUFFIX

_ARGUMENTS = (
    "--topo-order",
    "--parents",
    "--diff-merges=first-parent",
    "--raw",
    "-z",
    "--no-abbrev",
    "-M",
    "-l1000",  # files that git looks for renamed and edited ones among: its default, which users may change
    "--root",
    "--no-follow",
    "--no-relative",
    "--no-color",
    "--no-show-signature",
    "--encoding=UTF-8",
    "--format=%x01%H%x00%P%x00%ct%x00%s",
)


class Commit(NamedTuple):
    """A commit, for the reader of a message; ``time`` is when it was committed, in seconds since 1970."""

    id: str
    time: int
    subject: str


class Change(NamedTuple):
    """What a commit did to a file; a side that is no file has neither a path nor a content, which is named by ``""``.

    A file that was renamed has two paths.
    """

    old_path: str
    old: str
    path: str
    new: str


class Entry(NamedTuple):
    """A commit with the numbers of its parents and its differences from the first one.  Children come first."""

    commit: Commit
    parents: tuple[int, ...]
    changes: tuple[Change, ...]


class Log:
    """The history of HEAD; commits are numbered from 0, the newest, and any commit comes before its parents."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self._events: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            paths = {path for one in entry.changes for path in (one.path, one.old_path) if path}
            for path in paths:
                self._events.setdefault(path, []).append(number)
        self._entered, self._left = _intervals(entries)
        self._changes: dict[int, dict[str, Change]] = {}

    def last_touch(self, path: str, at: int) -> int | None:
        """The newest commit that touched a path, from a commit on back along first parents."""
        events = self._events.get(path, ())
        for number in events[bisect_left(events, at) :]:
            if self._entered[number] <= self._entered[at] < self._left[number]:
                return number
        return None

    def change(self, path: str, number: int) -> Change | None:
        """What a commit did to the file that is at ``path`` after it."""
        if number not in self._changes:
            self._changes[number] = {one.path: one for one in self.entries[number].changes if one.path}
        return self._changes[number].get(path)

    def content(self, path: str, at: int) -> str:
        """The name of what a file holds at a commit, or ``""`` if there is no such file."""
        number = self.last_touch(path, at)
        change = None if number is None else self.change(path, number)
        return change.new if change else ""

    def contents(self, paths: Iterable[str]) -> Iterator[str]:
        """The name of everything that some files ever held, under whatever path they lay."""
        waiting = list(dict.fromkeys(paths))
        seen = set(waiting)
        while waiting:
            path = waiting.pop()
            for number in self._events.get(path, ()):
                change = self.change(path, number)
                if change is not None:
                    yield change.new
                    if change.old_path and change.old_path not in seen:
                        seen.add(change.old_path)
                        waiting.append(change.old_path)


def _intervals(entries: Sequence[Entry]) -> tuple[list[int], list[int]]:
    """An interval per commit, within that of its first parent: of two commits of which one comes from the other by
    first parents alone, the older one's holds the newer one's, and otherwise they are disjoint."""
    sizes = [1] * len(entries)
    for number, entry in enumerate(entries):  # children first
        if entry.parents:
            sizes[entry.parents[0]] += sizes[number]
    entered, left, free = [0] * len(entries), [0] * len(entries), [0] * len(entries)
    end = 0
    for number in range(len(entries) - 1, -1, -1):
        parents = entries[number].parents
        start = free[parents[0]] if parents else end
        entered[number], left[number], free[number] = start, start + sizes[number], start + 1
        if parents:
            free[parents[0]] = start + sizes[number]
        else:
            end = start + sizes[number]
    return entered, left


def read_log(top: str, head: str) -> tuple[Entry, ...]:
    """The history of a commit.  Raises GitError."""
    printed = git.output(top, "log", *_ARGUMENTS, head, "--", f"*{SUFFIX}")
    found = list(_parsed(printed))
    numbers = {commit.id: number for number, (commit, _, _) in enumerate(found)}
    # Only what the pass has left out, as changing no such file, has no number.
    return tuple(
        Entry(commit, tuple(numbers[one] for one in parents if one in numbers), changes)
        for commit, parents, changes in found
    )


def _parsed(printed: bytes) -> Iterator[tuple[Commit, list[str], tuple[Change, ...]]]:
    words = iter(printed.split(b"\0"))
    word = next(words, b"")
    while word.startswith(b"\1"):
        identity = word[1:].decode()
        parents = next(words).decode().split()
        time = int(next(words))
        commit = Commit(identity, time, next(words).decode("utf-8", "replace"))
        changes = []
        word = next(words, b"").lstrip(b"\n")
        while word.startswith(b":"):
            old_mode, mode, old, new, status = word[1:].decode().split(" ")
            old_path = path = os.fsdecode(next(words))
            if status[0] in "RC":
                path = os.fsdecode(next(words))
            changes.append(_change(old_mode, mode, Change(old_path, old, path, new)))
            word = next(words, b"")
        yield commit, parents, tuple(changes)


def _change(old_mode: str, mode: str, change: Change) -> Change:
    if not _is_file(old_mode):
        change = change._replace(old_path="", old="")
    return change if _is_file(mode) else change._replace(path="", new="")


def _is_file(mode: str) -> bool:
    """Whether it is that of a file, not of a link, of a submodule or of nothing."""
    return mode.startswith("100")
