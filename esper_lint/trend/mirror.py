"""The Python and git-ignore files of one commit after the other, in a temporary folder that stands for the work tree.

Which files count, by links, ignore files and settings, is decided by the walk over folders that every run takes; so
there is a folder for it to walk.  From commit to commit only what differs is read from git, and written.  The work
tree, git's index and HEAD are never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from esper_lint import git
from esper_lint.discovery.gitignore import SUFFIX, lies_in, posix
from esper_lint.git import GitError
from esper_lint.revision import copy_private_patterns


class Blob(NamedTuple):
    """A content, and the repository that has it."""

    repository: str
    identity: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a commit has, by path: the contents of files and of links, and where its submodules lie."""

    files: Mapping[str, Blob] = field(default_factory=dict)
    links: Mapping[str, Blob] = field(default_factory=dict)
    submodules: frozenset[str] = frozenset()


class Step(Enum):
    """What moving to another commit changed."""

    NOTHING = "nothing"
    CONTENTS = "contents of Python files"
    NAMES = "which files there are, or which of them are ignored"


def listing_of(top: str, commit: str) -> Listing:
    """All that a commit has; a submodule of which the commit is not there is empty, as before it was fetched."""
    files: dict[str, Blob] = {}
    links: dict[str, Blob] = {}
    submodules: set[str] = set()
    for path, mode, identity in git.entries(top, commit):
        if mode == git.LINK:
            links[path] = Blob(top, identity)
        elif mode != git.SUBMODULE:
            files[path] = Blob(top, identity)
        elif os.path.lexists(os.path.join(top, path, ".git")):
            submodules.add(path)
            below = _submodule(os.path.join(top, path), identity)
            files |= {f"{path}/{name}": blob for name, blob in below.files.items()}
            links |= {f"{path}/{name}": blob for name, blob in below.links.items()}
            submodules |= {f"{path}/{name}" for name in below.submodules}
    return Listing(files, links, frozenset(submodules))


def _submodule(repository: str, commit: str) -> Listing:
    try:
        return listing_of(repository, commit)
    except GitError:
        return Listing()


class Mirror:
    """``folder`` stands for the repository at ``top``, once ``move`` has been called."""

    def __init__(self, top: str, place: str) -> None:
        """``place`` is an empty folder.  The mirror is called like the work tree, since modules may be named by it."""
        self.top = top
        self.folder = os.path.join(os.path.realpath(place), os.path.basename(top) or "top")
        os.makedirs(self.folder)
        copy_private_patterns(top, self.folder)
        self._files: dict[str, Blob] = {}
        self._listing = Listing()

    def move(self, listing: Listing) -> Step:
        """Make the folder hold what a commit has.  Raises GitError if git lacks a content, as partial clones may."""
        wanted = {path: blob for path, blob in listing.files.items() if path.endswith(SUFFIX) or _is_ignore_file(path)}
        had = {path: blob for path, blob in self._files.items() if path.endswith(SUFFIX) or _is_ignore_file(path)}
        step = self._step(listing, wanted, had)
        if step is Step.NOTHING:
            self._listing = listing
            return step
        # Links first, and back again last, so that nothing is written through one.
        self._remove(self._listing.links)
        self._remove(path for path in self._files if path not in wanted)
        self._remove(self._listing.submodules - listing.submodules)
        self._write({path: blob for path, blob in wanted.items() if self._files.get(path) != blob})
        self._files = wanted
        for path in listing.submodules:  # its git-ignore files begin anew
            os.makedirs(os.path.join(self._at(path), ".git"), exist_ok=True)
        self._link(listing)
        self._listing = listing
        return step

    def _step(self, listing: Listing, wanted: Mapping[str, Blob], had: Mapping[str, Blob]) -> Step:
        before = self._listing
        if (listing.links, listing.submodules) != (before.links, before.submodules) or wanted.keys() != had.keys():
            return Step.NAMES
        changed = [path for path, blob in wanted.items() if had[path] != blob]
        if any(map(_is_ignore_file, changed)):
            return Step.NAMES
        if listing.links and listing.files != before.files:
            return Step.NAMES  # a link may lead to any file
        return Step.CONTENTS if changed else Step.NOTHING

    def folder_of(self, path: str) -> str | None:
        """Where a folder of today is in the mirror; one that was not there is empty.  None for one that lies outside of
        the repository, and has no history there."""
        named = os.path.normpath(path)  # it may be a link, which leads elsewhere at each commit
        if not lies_in(named, self.top):
            return None
        place = os.path.normpath(os.path.join(self.folder, os.path.relpath(named, self.top)))
        at = place
        while len(at) > len(self.folder):  # what was a file, or a link that leads nowhere, is no folder
            if os.path.lexists(at) and not os.path.isdir(at):
                os.unlink(at)
                self._files.pop(self._name(at), None)
            at = os.path.dirname(at)
        os.makedirs(place, exist_ok=True)
        return place

    def today(self, place: str) -> str:
        """What a place in the mirror stands for."""
        return os.path.normpath(os.path.join(self.top, os.path.relpath(place, self.folder)))

    def identity(self, path: str) -> str | None:
        """Git's name for what a file of the mirror holds."""
        real = os.path.realpath(path) if self._listing.links else path
        blob = self._files.get(self._name(real))
        return blob.identity if blob else None

    def _link(self, listing: Listing) -> None:
        targets = _contents(set(listing.links.values()))
        for path, blob in listing.links.items():
            place = self._free(path)
            with suppress(OSError, ValueError):  # a system without links, or a target that is no path
                os.symlink(os.fsdecode(targets[blob]), place)
        led_to = {}
        for path in listing.links:
            real = os.path.realpath(self._at(path))
            if not lies_in(real, self.folder):
                with suppress(OSError):
                    os.unlink(self._at(path))  # what it leads to is of today
            elif path.endswith(SUFFIX) and not os.path.lexists(real) and self._name(real) in listing.files:
                led_to[self._name(real)] = listing.files[self._name(real)]  # a program that is not called *.py
        self._write(led_to)
        self._files |= led_to

    def _write(self, blobs: Mapping[str, Blob]) -> None:
        contents = _contents(set(blobs.values()))
        for path, blob in blobs.items():
            with open(self._free(path), "wb") as stream:
                stream.write(contents[blob])

    def _remove(self, paths: Iterable[str]) -> None:
        """Remove files, links and submodules, and the folders around them that hold nothing any more."""
        for path in paths:
            place = self._at(path)
            if os.path.isdir(place) and not os.path.islink(place):
                shutil.rmtree(place, ignore_errors=True)
            else:
                with suppress(OSError):
                    os.unlink(place)
            folder = os.path.dirname(path)
            with suppress(OSError):  # it still holds something
                while folder:
                    os.rmdir(self._at(folder))
                    folder = os.path.dirname(folder)

    def _free(self, path: str) -> str:
        """The place of a file, of which the folder exists; a folder that was made there for the walk is removed."""
        place = self._at(path)
        if os.path.isdir(place) and not os.path.islink(place):
            shutil.rmtree(place, ignore_errors=True)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        return place

    def _at(self, path: str) -> str:
        return os.path.join(self.folder, path)

    def _name(self, place: str) -> str:
        return posix(place[len(self.folder) + 1 :])


def _is_ignore_file(path: str) -> bool:
    return path.rpartition("/")[2] == ".gitignore"


def _contents(blobs: Iterable[Blob]) -> dict[Blob, bytes]:
    found: dict[Blob, bytes] = {}
    by_repository: dict[str, list[Blob]] = {}
    for blob in blobs:
        by_repository.setdefault(blob.repository, []).append(blob)
    for repository, wanted in by_repository.items():
        contents = git.contents(repository, [blob.identity for blob in wanted])
        found |= {blob: contents[blob.identity] for blob in wanted if blob.identity in contents}
        if len(found) < len(set(wanted)):  # in a clone that fetches objects when they are needed, and cannot
            raise GitError("git has not all files of this history: fetch them first")
    return found
