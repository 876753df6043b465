"""A git revision -> the files that it has, in a folder of their own.

Everything is read through git's plumbing and written to a temporary folder: nothing is checked out, and the work tree,
git's index and its configuration stay as they are.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from esper_lint import git
from esper_lint.discovery.gitignore import SUFFIX, lies_in
from esper_lint.git import GitError
from esper_lint.pyproject import shown


@dataclass(frozen=True, slots=True)
class Checkout:
    """The Python and git-ignore files of a revision in ``folder``, which stands for the work tree at ``top``."""

    folder: str
    top: str

    def place_of(self, path: str) -> str:
        """Where the file or folder ``path`` is in the revision; outside of the repository there is only today."""
        real = os.path.realpath(path)
        if not lies_in(real, self.top):
            return real
        return os.path.normpath(os.path.join(self.folder, os.path.relpath(real, self.top)))

    def today(self, place: str) -> str:
        """What ``place_of`` made ``place`` of."""
        if not lies_in(place, self.folder):
            return place
        return os.path.normpath(os.path.join(self.top, os.path.relpath(place, self.folder)))


@contextmanager
def checkout(revision: str, project: str) -> Iterator[Checkout]:
    """The files of ``revision`` in the repository that the folder ``project`` is in, for as long as the context lasts.

    Raises GitError where there is no such revision, no repository or no git.
    """
    top = git.top(project)
    commit = commit_of(revision, top)
    with TemporaryDirectory(prefix="esper-lint-") as folder:
        real = os.path.realpath(folder)
        _extract(top, commit, real, revision)
        # Git-ignore files count up to the top of a repository, and its private patterns from there.
        copy_private_patterns(top, real)
        yield Checkout(real, top)


def copy_private_patterns(top: str, folder: str) -> None:
    """Give ``folder``, which stands for the repository at ``top``, the ignore patterns that are not committed."""
    patterns = os.path.join(folder, ".git", "info", "exclude")
    os.makedirs(os.path.dirname(patterns))
    with suppress(OSError):
        shutil.copyfile(os.path.join(top, git.line(top, "rev-parse", "--git-path", "info/exclude")), patterns)


def commit_of(revision: str, top: str) -> str:
    """The commit that a revision names.  Raises GitError, with advice where the clone is shallow."""
    try:
        if revision.startswith("-"):  # an option to git
            raise GitError
        return git.line(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except GitError:
        shallow = git.output(top, "rev-parse", "--is-shallow-repository") == b"true\n"
        advice = "; the clone is shallow: `git fetch --unshallow`, or deepen it" if shallow else ""
        raise GitError(f"no such revision: {revision!r}{advice}") from None


def _extract(repository: str, commit: str, folder: str, revision: str) -> None:
    """Write the files of a commit, and of the submodules that are there, below ``folder``."""
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    for path, mode, identity in git.entries(repository, commit):
        if mode == git.SUBMODULE:
            _extract_submodule(os.path.join(repository, path), identity, os.path.join(folder, path), revision)
        elif mode == git.LINK:
            links[path] = identity
        elif path.endswith(SUFFIX) or path.rpartition("/")[2] == ".gitignore":
            files[path] = identity
    never = time.time() + 86_400  # so new that the index does not remember these files, which it will not see again
    contents = _contents(repository, [*files.values(), *links.values()], revision)
    for path, content in files.items():
        place = _made(folder, path)
        with open(place, "wb") as stream:
            stream.write(contents[content])
        os.utime(place, (never, never))
    # After the files, so that none is written through a link.
    for path, target in links.items():
        with suppress(OSError):  # a system without links
            os.symlink(os.fsdecode(contents[target]), _made(folder, path))
    for path in links:
        place = os.path.join(folder, path)
        if os.path.islink(place) and not lies_in(os.path.realpath(place), folder):
            os.unlink(place)  # what it leads to is of today


def _made(folder: str, path: str) -> str:
    """The place of a file below ``folder``, of which the folders exist."""
    place = os.path.join(folder, path)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    return place


def _extract_submodule(repository: str, commit: str, folder: str, revision: str) -> None:
    if not os.path.lexists(os.path.join(repository, ".git")):
        return  # not fetched, so that today's tree has no file of it either
    try:
        git.output(repository, "cat-file", "-e", f"{commit}^{{commit}}")
    except GitError:
        message = f"the submodule {shown(repository)} lacks what {revision!r} has of it: run `git fetch` there"
        raise GitError(message) from None
    os.makedirs(os.path.join(folder, ".git"), exist_ok=True)  # its git-ignore files begin anew
    _extract(repository, commit, folder, revision)


def _contents(repository: str, identities: Sequence[str], revision: str) -> Mapping[str, bytes]:
    """The content of each object."""
    found = git.contents(repository, identities)
    if len(found) < len(set(identities)):  # in a clone that fetches objects when they are needed, and cannot
        raise GitError(f"git has not all files of {revision!r}: fetch them first")
    return found
