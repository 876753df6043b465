"""What git-ignore patterns leave out, as git itself decides it.

Nested ``.gitignore`` files, those of the folders above up to git's top-level, ``.git/info/exclude`` and negations
count; the patterns of a setting are of the same kind.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.config import ConfigError

SUFFIX = ".py"

_ANY_FOLDER = re.compile(r"\A(!?)(?:\*\*/)*\*\*?/\s*\Z")
_ANY_FOLDER_BELOW = re.compile(r"(?<=/)\*\*/\s*\Z")


class Patterns:
    """The lines of one git-ignore file, matched as git does: each folder and file for itself, from the top down.

    pathspec gives each line's expression, which also matches all that lies below; git does not look there when the
    folder is ignored, and applies the lines anew when it is not.  Lines that mean nothing are skipped as git does,
    unless they come from a *setting*.
    """

    def __init__(self, lines: Iterable[str], setting: str = "") -> None:
        self._all: list[_Pattern] = []
        for line in lines:
            pattern = _pattern(line)
            if pattern is not None:
                self._all.append(pattern)
            elif setting and line.strip() and not line.startswith("#"):
                raise ConfigError(f"{setting}: {line!r} is not a git-ignore pattern")
        self._all.reverse()
        self._python = [pattern for pattern in self._all if pattern.may_be_python]

    def __bool__(self) -> bool:
        return bool(self._all)

    def ignores(self, path: str, is_folder: bool) -> bool | None:
        """What the last line that matches says of a path relative to the patterns' folder; None where none does."""
        name = path.rpartition("/")[2]
        for pattern in self._python if not is_folder and name.endswith(SUFFIX) else self._all:
            text = name if pattern.of_name else path
            # A group takes part where a folder above matched, or where the final slash did.
            if not pattern.of_folder:
                found = pattern.expression.search(text)
                if found and found.lastindex is None:
                    return pattern.ignored
            elif is_folder:
                found = pattern.expression.search(text + "/")
                if found and found.lastindex is not None and found.end(found.lastindex) == len(text) + 1:
                    return pattern.ignored
        return None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line.  The last three spare most searches: a .gitignore often has 100 lines, few of which concern a file."""

    expression: re.Pattern[str]
    ignored: bool
    of_folder: bool  # ends with a slash
    of_name: bool  # has no other slash, so that the last part of a path decides
    may_be_python: bool


@lru_cache(maxsize=4096)
def _pattern(line: str) -> _Pattern | None:
    """None for a line that means nothing."""
    from pathspec import GitIgnoreSpec

    if line.rstrip() == "!/":  # nothing to git, everything to pathspec
        return None
    # pathspec's short cut for "*/" finds the first folder of a path only, and it takes "a/**/" for a itself instead of
    # the folders below.
    line = _ANY_FOLDER_BELOW.sub("**/*/", _ANY_FOLDER.sub(r"\1?*/", line))
    try:
        (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    except (ValueError, re.error):
        return None
    if pattern.regex is None or pattern.include is None:
        return None
    shown = line.rstrip()
    of_folder = shown.endswith("/")
    tail = re.split(r"[]*?[\\/]", shown)[-1]
    may_be_python = not of_folder and (tail.endswith(SUFFIX) or SUFFIX.endswith(tail))
    return _Pattern(pattern.regex, pattern.include, of_folder, "/" not in shown[:-1], may_be_python)


@dataclass(frozen=True, slots=True)
class Rules:
    """The git-ignore files that hold in a folder, the nearest last, each with the length of its folder's prefix."""

    chain: tuple[tuple[int, Patterns], ...] = ()

    @classmethod
    def above(cls, folder: str, project: str) -> Rules:
        """Those of the folders above, up to git's top-level, or up to the project folder where there is no git."""
        above = [folder]
        while not os.path.lexists(os.path.join(above[-1], ".git")):
            parent = os.path.dirname(above[-1])
            if parent == above[-1]:
                above = [one for one in above if lies_in(one, project)]
                break
            above.append(parent)
        rules = cls()
        for one in reversed(above[1:]):
            rules = rules.inside(one, {".git", ".gitignore"})
        return rules

    def inside(self, folder: str, names: set[str]) -> Rules:
        """Those that hold inside a folder which holds *names*.  A repository in a repository begins anew, as in git."""
        chain = self.chain
        own = []
        if ".git" in names and os.path.lexists(os.path.join(folder, ".git")):
            chain = ()
            own.append(Patterns(_lines(os.path.join(_git_folder(folder), "info", "exclude"))))
        if ".gitignore" in names and not os.path.islink(os.path.join(folder, ".gitignore")):  # git follows no link here
            own.append(Patterns(_lines(os.path.join(folder, ".gitignore"))))
        start = len(os.path.join(folder, ""))
        return Rules((*chain, *((start, patterns) for patterns in own))) if own else self

    def ignore(self, real: str, is_folder: bool) -> bool:
        for start, patterns in reversed(self.chain):
            ignored = patterns.ignores(posix(real[start:]), is_folder)
            if ignored is not None:
                return ignored
        return False


def _git_folder(top: str) -> str:
    """The folder of a repository's shared files; in work trees and submodules, ``.git`` is a file that points there."""
    git = os.path.join(top, ".git")
    pointer = _lines(git)
    if pointer and pointer[0].startswith("gitdir:"):
        git = os.path.join(top, pointer[0].removeprefix("gitdir:").strip())
        common = _lines(os.path.join(git, "commondir"))
        git = os.path.join(git, common[0].strip()) if common else git
    return git


def _lines(path: str) -> list[str]:
    """The lines of one of git's files; none where it is not a file or cannot be read."""
    if not os.path.isfile(path):
        return []
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            return [line.removesuffix("\n").removesuffix("\r") for line in file]
    except OSError:
        return []


def lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def posix(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")
