"""A repository -> the commits of its main line, and those of them that a trend looks at.

The main line is what first parents lead to from HEAD.  Commits are counted from its beginning, so that the same ones
are looked at again when others have come since, and their records are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from esper_lint import git
from esper_lint.git import GitError
from esper_lint.history.log import Commit
from esper_lint.history.repository import is_shallow
from esper_lint.pyproject import shown

# As many points as a chart can show apart, twice over.
_ENOUGH = 128

_ARGUMENTS = ("--first-parent", "-z", "--no-color", "--no-show-signature", "--no-patch", "--encoding=UTF-8")


def top_of(project: str) -> str:
    """The top of the work tree that the project is in.  Raises GitError, one line, where it is in none."""
    try:
        return git.top(project)
    except GitError as error:
        if "must be run in a work tree" in str(error):
            raise GitError(f"{shown(project)} is in a repository without a work tree") from None
        raise


def main_line(top: str) -> tuple[Commit, ...]:
    """The commits of the main line, oldest first.

    Raises GitError where nothing is committed, and in a shallow clone, which does not know where the line begins.
    """
    if not _has_head(top):
        raise GitError("nothing is committed yet")
    if is_shallow(top):
        raise GitError("the clone is shallow and lacks the beginning of its history: `git fetch --unshallow`")
    words = git.output(top, "log", *_ARGUMENTS, "--format=%H%x00%ct%x00%s", "HEAD").split(b"\0")
    found = [
        Commit(identity.decode(), int(time), subject.decode("utf-8", "replace"))
        for identity, time, subject in zip(words[0::3], words[1::3], words[2::3], strict=False)
    ]
    return tuple(reversed(found))


def names_on_main_line(top: str) -> list[str]:
    """The names of these commits, oldest first; none where nothing is committed."""
    if not _has_head(top):
        return []
    return git.output(top, "rev-list", "--first-parent", "--reverse", "HEAD").decode().split()


def sampled(
    line: Sequence[Commit], top: str, *, every: int | None, since: str | None, most: int | None
) -> tuple[int, list[Commit]]:
    """The number from which every one is looked at, and the commits: every so-manieth and the newest one.

    ``since`` is a revision, after which they come, or a date (``2024-05-31``, also with a time; UTC unless it says
    otherwise).  ``most`` keeps the newest of them.  Without ``every`` it is the least power of two that leaves
    at most 128 of them: when it is doubled, half of the records are still of use.

    Raises GitError for a ``since`` that is neither.
    """
    start = 0 if since is None else _start(line, top, since)
    count = len(line) - start
    if every is None:
        every = 1
        while every * _ENOUGH < count:
            every *= 2
    newest = len(line) - 1
    chosen = [line[number] for number in range(start, len(line)) if number % every == 0 or number == newest]
    return every, chosen[-most:] if most else chosen


def _start(line: Sequence[Commit], top: str, since: str) -> int:
    """The number of the first commit after a revision, or since a date."""
    try:
        revision = _commit(since, top)
    except GitError:
        date = _date(since)
        return next((number for number, commit in enumerate(line) if commit.time >= date), len(line))
    later = set(git.output(top, "rev-list", "--first-parent", "HEAD", f"^{revision}").decode().split())
    return next((number for number, commit in enumerate(line) if commit.id in later), len(line))


def _commit(revision: str, top: str) -> str:
    if revision.startswith("-"):  # an option to git
        raise GitError
    return git.line(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")


def _date(text: str) -> float:
    # Not git's own reading of dates, which takes any word for one.
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise GitError(f"neither a revision nor a date such as 2024-05-31: {text!r}") from None
    return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()


def _has_head(top: str) -> bool:
    try:
        return bool(git.line(top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"))
    except GitError:
        return False
