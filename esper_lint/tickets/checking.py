"""A project's tickets -> all that is odd about them, with what the tree and git know."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from esper_lint import git
from esper_lint.git import GitError
from esper_lint.tickets.health import Diagnostic, cross_checked
from esper_lint.tickets.reading import Reading

_PATHS = 400
_LITERAL = "--literal-pathspecs"
_LOG = ("log", "--diff-filter=A", "--no-renames", "--name-only", "-z", "--format=%x01%cs", "--no-color")
_FOLLOW = ("log", "--follow", "--diff-filter=A", "--format=%cs", "--no-color")


def diagnostics_of(project: str, readings: Sequence[Reading]) -> tuple[Diagnostic, ...]:
    """In the order of the files and lines."""
    alone = [one for reading in readings for one in reading.diagnostics]
    created: dict[str, str] = {}
    for reading in readings:
        for place in reading.ticket.places:
            dates = [date for date in (created.get(place.path), reading.ticket.created) if date]
            created[place.path] = min(dates, default="")
    created.pop("", None)
    together = cross_checked(readings, lines_in(project), _first_commits(project, created))
    return tuple(sorted({*alone, *together}))


def lines_in(project: str) -> Callable[[str], int | None]:
    """How many lines a file of the project has, by its path there; None if it is no file of it."""

    @cache
    def lines(path: str) -> int | None:
        place = os.path.normpath(os.path.join(project, path))
        if not place.startswith(os.path.join(project, "")) or not os.path.isfile(place):
            return None
        try:
            with open(place, "rb") as stream:
                return sum(1 for _ in stream)
        except OSError:
            return None

    return lines


def _first_commits(project: str, created: Mapping[str, str]) -> Callable[[str], str | None]:
    """The date since when git has had a file; nobody knows where there is no git.

    One pass knows when each name appeared.  A file that was renamed is older than its name, so git is asked again, with
    ``--follow``, about those whose name is younger than a ticket on it.
    """
    try:
        appeared = dict(_appeared(project, sorted(created)))
    except GitError:
        return lambda path: None
    for path, date in appeared.items():
        if created[path] and created[path][:10] < date:
            appeared[path] = _followed(project, path) or date
    return appeared.get


def _followed(project: str, path: str) -> str:
    """The date of the commit that added a file, under whatever name."""
    try:
        return git.output(project, *_FOLLOW, "--", path).decode().split()[-1]
    except (GitError, IndexError):
        return ""


def _appeared(project: str, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each path with the date of the first commit that has it, newer ones before older ones."""
    if not paths:
        return
    top = git.top(project)
    prefix = os.path.relpath(project, top).replace(os.sep, "/")
    start = "" if prefix == os.curdir else f"{prefix}/"
    for first in range(0, len(paths), _PATHS):
        names = {f"{start}{path}": path for path in paths[first : first + _PATHS]}
        date = ""
        for raw in git.output(top, _LITERAL, *_LOG, "--", *names).split(b"\0"):
            word = raw.lstrip(b"\n")
            if word.startswith(b"\1"):
                date = word[1:].decode()
            elif os.fsdecode(word) in names:
                yield names[os.fsdecode(word)], date
