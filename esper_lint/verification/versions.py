"""What is asked to be compared -> two versions: a tree each, the place in it that counts, and the files to look in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from esper_lint import git
from esper_lint.config import Config
from esper_lint.discovery.files import FileSet, UnknownPath
from esper_lint.discovery.gitignore import SUFFIX, lies_in, posix
from esper_lint.fixing.edits import FileEdit
from esper_lint.git import GitError
from esper_lint.revision import commit_of
from esper_lint.selection import on_disk, with_overlay
from esper_lint.verification.trees import SourceTree, import_root

WORKING_TREE = "the working tree"
_FILE, _NOTHING = "100", "000000"  # how git's modes of files begin, and that of no file


@dataclass(frozen=True, slots=True)
class Version:
    """One of two that are compared.

    ``place`` is the folder or file of the tree that corresponds to the other's, relative to the root; empty for all.
    """

    label: str
    tree: SourceTree
    place: str = ""

    def inner(self, path: str) -> str:
        """A path of the disk as the other version has it too: relative to ``place``, ``.`` for a place that is a
        file, and from the root for what lies outside."""
        inner = relative(os.path.join(self.tree.root, self.place), path)
        return "/" + relative(self.tree.root, path) if inner.startswith(os.pardir) else inner


class Incomparable(Exception):
    """Two places that cannot be versions of each other; the message is one line."""


def of_places(old: str, new: str) -> tuple[Version, Version]:
    """Two folders or two files.  Raises Incomparable, and UnknownPath where there is none."""
    places = []
    for path in (old, new):
        if not os.path.exists(path):
            raise UnknownPath(f"no such file or folder: {path!r}")
        place = os.path.realpath(path)
        root = import_root(place)
        within = relative(root, place)
        places.append(Version(path, SourceTree(root), "" if within == os.curdir else within))
    if os.path.isdir(old) != os.path.isdir(new):
        raise Incomparable(f"{old!r} and {new!r}: one is a folder and the other is not")
    first, second = places
    if bool(first.place) != bool(second.place):
        package, plain = (old, new) if first.place else (new, old)
        raise Incomparable(f"{package!r} is a package and {plain!r} is not: their modules have no names in common")
    return first, second


def of_revisions(before: str, after: str | None, project: str) -> tuple[Version, Version]:
    """Two git revisions, or one and the working tree.  Raises GitError.

    What git does not track is in both as it is now, and so are links and submodules.
    """
    top = git.top(project)
    old = _of_revision(before, top)
    return old, Version(WORKING_TREE, SourceTree(old.tree.root)) if after is None else _of_revision(after, top)


def of_edits(edits: Sequence[FileEdit], project: str) -> tuple[Version, Version]:
    """The project as it is, and with what a plan would write."""
    places = {os.path.realpath(os.path.dirname(edit.path)): edit for edit in edits}
    root = import_root(os.path.commonpath([os.path.realpath(project), *places]))
    contents = {relative(root, resolved(edit.path)): edit.after for edit in edits}
    return Version(WORKING_TREE, SourceTree(root)), Version("with the fix", SourceTree(root, contents))


def renamed(old: Version, new: Version) -> tuple[tuple[str, str], ...]:
    """The prefix of module names that the new version has another for, and that one."""
    prefixes = tuple(version.place.removesuffix(SUFFIX).replace("/", ".") for version in (old, new))
    return () if prefixes[0] == prefixes[1] else ((prefixes[0], prefixes[1]),)


def files_of(version: Version, paths: Sequence[str], config: Config) -> FileSet:
    """The files of a version, of which those are selected that lie in its place and, if there are ``paths`` (absolute),
    in one of them.  Raises UnknownPath."""
    root = version.tree.root
    place = os.path.normpath(os.path.join(root, version.place))
    files = on_disk([path for path in paths if os.path.exists(path)] or [place], config, root)
    names = {resolved(file.path): file.name for file in files.files}
    changed: dict[str, bytes] = {}
    gone: set[str] = set()
    for path, content in version.tree.edits.items():
        full = os.path.join(root, path)
        name = names.get(full) or relative(config.project, full)
        if content is None:
            gone.add(name)
        elif path.endswith(SUFFIX):
            changed[name] = content
    kept = tuple(file for file in files.files if file.name not in gone)
    overlaid = with_overlay(replace(files, files=kept), changed, config)
    chosen = (
        file.name
        for file in overlaid.files
        if _lies_in_one(file.path, [place]) and (not paths or _lies_in_one(file.path, paths))
    )
    return replace(overlaid, selected=overlaid.selected.intersection(chosen))


def _lies_in_one(path: str, places: Iterable[str]) -> bool:
    real = resolved(path)
    return any(real == place or lies_in(real, place) for place in map(os.path.realpath, places))


def resolved(path: str) -> str:
    """The path of a file without the links above it."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def relative(root: str, path: str) -> str:
    """The way from a folder to a path, with ``/``."""
    return posix(os.path.relpath(path, root))


def _of_revision(revision: str, top: str) -> Version:
    root = import_root(top)
    edits = {relative(root, os.path.join(top, path)): content for path, content in _differences(revision, top)}
    return Version(revision, SourceTree(root, edits))


def _differences(revision: str, top: str) -> Iterable[tuple[str, bytes | None]]:
    """What the files had in a revision that have something else now; None for those that were not there."""
    commit = commit_of(revision, top)
    # Not diff-index: for it a file that was only touched, or written as it was, has changed.
    fields = git.output(top, "diff", "--raw", "-z", "--no-renames", "--no-abbrev", commit).split(b"\0")[:-1]
    before: dict[str, str] = {}
    for head, name in zip(fields[::2], fields[1::2], strict=True):
        mode, mode_now, identity, *_ = head.decode().removeprefix(":").split(" ")
        path = os.fsdecode(name)
        if mode.startswith(_FILE):
            before[path] = identity
        elif mode == _NOTHING and mode_now.startswith(_FILE):
            yield path, None
    contents = git.contents(top, before.values())
    if len(contents) < len(set(before.values())):
        raise GitError(f"git has not all files of {revision!r}: fetch them first")
    for path, identity in before.items():
        yield path, contents[identity]
