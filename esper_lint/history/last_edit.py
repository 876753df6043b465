"""A definition of the work tree -> the commit that gave it the code that it has.

Unlike the histories of groups this asks git for one file at a time, and only as far back as it must: it is for the few
definitions of which a finding has just been made.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from esper_lint import git
from esper_lint.discovery.decoding import Undecodable, decode
from esper_lint.discovery.gitignore import lies_in, posix
from esper_lint.history.log import Commit

_AT_ONCE = 16  # versions; most definitions are younger
_DEEPEST = 400  # what was written so long ago was changed by nobody whom it helps to name
_KIND = "last edit"
_Defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class LastEdit(NamedTuple):
    """``commit`` is None for what is not committed yet."""

    commit: Commit | None


class Memory(Protocol):
    """Where earlier runs have left results by their kind and key."""

    def result(self, kind: str, key: str) -> Any: ...

    def add_results(self, kind: str, results: Mapping[str, object]) -> None: ...


class LastEdits:
    """Of definitions in a project.  Raises GitError where there is no repository or no git."""

    def __init__(self, project: str, memory: Memory) -> None:
        self._project = project
        self._memory = memory
        self._top = git.top(project)
        self._head = git.line(self._top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def of(self, name: str, qualname: str, data: bytes) -> LastEdit | None:
        """The last edit, layout and comments aside, of a definition in the file ``name``, which now holds ``data``.

        None for a file outside of the repository.
        """
        place = os.path.realpath(os.path.join(self._project, name))
        if not lies_in(place, self._top):
            return None
        path = posix(os.path.relpath(place, self._top))
        now = _code(data, qualname)
        words = "\0".join((self._top, self._head, path, qualname, now or ""))
        key = blake2b(words.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        known = self._memory.result(_KIND, key)
        if isinstance(known, tuple):
            return LastEdit(Commit(*known) if known else None)
        found = self._found(path, qualname, now)
        self._memory.add_results(_KIND, {key: tuple(found.commit or ())})
        return found

    def last(self, one: LastEdit, other: LastEdit) -> LastEdit | None:
        """The later of two edits, None if they are one: by ancestry, and only between branches by the clocks of those
        who committed."""
        if one == other:
            return None
        if one.commit is None or other.commit is None:
            return one if one.commit is None else other
        for first, second in ((one.commit, other.commit), (other.commit, one.commit)):
            if not git.output(self._top, "rev-list", "--max-count=1", first.id, f"^{second.id}"):
                return LastEdit(second)  # all that led to the first led to it too
        return max(one, other, key=lambda edit: edit.commit.time if edit.commit else 0)

    def _found(self, path: str, qualname: str, now: str | None) -> LastEdit:
        newer: Commit | None = None  # what is not committed is newer than any commit
        for commit, code in self._versions(path, qualname):
            if code != now:
                return LastEdit(newer)
            newer = commit
        return LastEdit(newer)

    def _versions(self, path: str, qualname: str) -> Iterator[tuple[Commit, str | None]]:
        """The code of a definition after each commit that touched its file, newest first, over renames of the file."""
        log = git.output(
            self._top,
            "log",
            f"-{_DEEPEST}",
            "--follow",
            "--name-only",
            "-z",
            "--encoding=UTF-8",
            "--no-color",
            "--no-show-signature",
            "--format=%x01%H%x00%ct%x00%s",
            "--",
            path,
        )
        entries = list(_entries(log))
        for start in range(0, len(entries), _AT_ONCE):
            part = entries[start : start + _AT_ONCE]
            names = [f"{commit.id}:{old}" for commit, old in part]
            contents = git.contents(self._top, names)
            for (commit, _), name in zip(part, names, strict=True):
                yield commit, _code(contents.get(name, b""), qualname)


def _entries(log: bytes) -> Iterator[tuple[Commit, str]]:
    """The commits of a log, each with what the file was called after it."""
    for entry in log.split(b"\x01")[1:]:
        identity, time, rest = entry.split(b"\0", 2)
        subject, _, names = rest.partition(b"\0")
        path = names.strip(b"\n\0")
        if b"\n" not in path:  # which git's batch protocol cannot ask for
            commit = Commit(identity.decode(), int(time), subject.decode("utf-8", "replace"))
            yield commit, os.fsdecode(path)


def _code(data: bytes, qualname: str) -> str | None:
    """A name for the code of a definition, layout and comments aside; None if it is not there."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _find(ast.parse(decode(data)).body, qualname.split("."))
    except (Undecodable, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if found is None else blake2b(ast.dump(found).encode("utf-8", "surrogatepass")).hexdigest()


def _find(nodes: Sequence[ast.AST], names: Sequence[str]) -> ast.AST | None:
    """The first definition of that name, however deep in conditions it stands."""
    for node in nodes:
        if isinstance(node, _Defined):
            if node.name == names[0]:
                inner = _find(node.body, names[1:]) if names[1:] else node
                if inner is not None:
                    return inner
        elif not isinstance(node, ast.expr):
            inner = _find(list(ast.iter_child_nodes(node)), names)
            if inner is not None:
                return inner
    return None
