"""Which files are compared, and which of them are reported.

All ``*.py`` files below the roots are compared; the PATHS of the command line only choose among them, and add what
they name outside of the roots or among what is left out.  What is named is read: the folders that are always left out,
``exclude`` and ``.gitignore`` speak of what lies below a root or a PATH, never of the root or the PATH itself.

Each real file counts once.  The files under the roots, and their names, do not depend on PATHS; nothing depends on the
order of PATHS, on the working directory or on the order in which the disk lists a folder.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from esper_lint.discovery.gitignore import SUFFIX, Patterns, Rules, lies_in, posix
from esper_lint.findings import FileError

_UPWARD = re.compile(r"\A(?:\.\./)+")
_CACHES = frozenset([".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", ".eggs"])
_INSTALLED = frozenset([".venv", "venv", "node_modules", "site-packages"])
_BUILT = frozenset(["build", "dist", "_build", "buck-out"])
_TOOLS = frozenset([".git", ".hg", ".svn"]) | _CACHES | _INSTALLED | _BUILT
_VENDORED = frozenset(["vendor", "vendored", "_vendor", "third_party", "thirdparty", "3rdparty"])


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to compare: where to open it, what to call it, and what tells without reading whether it has changed.

    ``path`` is absolute and, below its root, not resolved through links; ``name`` is relative to the project folder,
    with ``/``, and may begin with ``../``; ``stamp`` is (size, mtime_ns, ctime_ns), and None for a file of an overlay.
    """

    path: str
    name: str
    stamp: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class FileSet:
    """The files to compare, sorted by name; the names of those to report; what PATHS ask for and cannot be read.

    ``roots`` are the folders that were searched, wherever the setting or PATHS put them, and ``unread`` is all in them
    that cannot be read, asked for or not.  ``overlay`` has, by name, the contents that do not come from the disk.
    """

    files: tuple[SourceFile, ...]
    selected: frozenset[str]
    errors: tuple[FileError, ...]
    roots: tuple[str, ...] = ()
    unread: tuple[FileError, ...] = ()
    overlay: Mapping[str, bytes] = field(default_factory=dict)


class UnknownPath(Exception):
    """A PATH, or a root, that does not exist; the message is one line."""


def find_files(
    paths: Sequence[str],
    *,
    roots: Sequence[str],
    project: str,
    cwd: str,
    exclude: Sequence[str],
    respect_gitignore: bool,
    include_vendored: bool = False,
) -> FileSet:
    """The files under *roots* and PATHS, and which of them PATHS ask to report (all, errors too, without PATHS).

    *roots* and *project* are absolute folders, PATHS are relative to *cwd*.  Without roots, the root is the common
    folder of PATHS.  *exclude* are git-ignore patterns relative to *project*.  Opens no file but git's own, follows no
    loop, waits for no pipe.  Raises ``UnknownPath`` and, for a pattern that means nothing, ``ConfigError``.
    """
    project = os.path.realpath(project)
    # A real file before the links to it, so that its name wins.
    asked = sorted({_asked(path, cwd) for path in paths}, key=lambda one: (one.place != one.real, one.place))
    left_out = _TOOLS if include_vendored else _TOOLS | _VENDORED
    walk = _Walk(project, Patterns(exclude, setting="exclude"), respect_gitignore, left_out)
    searched = [_root(root) for root in roots] or _common_folders(asked) or [project]
    walk.add_folders(searched)
    walk.add_folders([one.real for one in asked if one.is_folder])
    for one in asked:
        if not one.is_folder:
            walk.add_named_file(one)
    chosen = _Chosen(asked, walk.links) if asked else None
    files = sorted(walk.files, key=lambda file: file.source.name)
    return FileSet(
        tuple(file.source for file in files),
        frozenset(file.source.name for file in files if chosen is None or file.place in chosen or file.real in chosen),
        tuple(walk.errors[place] for place in sorted(walk.errors) if chosen is None or place in chosen),
        tuple(searched),
        tuple(walk.errors.values()),
    )


# -- what is asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A PATH: ``place`` is resolved but for its last part, which may be a link to a file; ``real`` is resolved."""

    place: str
    real: str
    is_folder: bool


def _asked(path: str, cwd: str) -> _Asked:
    full = os.path.join(cwd, path)
    try:
        is_folder = stat.S_ISDIR(os.stat(full).st_mode)
    except (OSError, ValueError) as error:  # ValueError: a null character
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError))
        if missing and not os.path.islink(full):
            raise UnknownPath(_unknown(path, full)) from error
        is_folder = False  # it is there but cannot be looked at, which is an error of this file alone
    if not path:
        raise UnknownPath("an empty PATH; write . for the working directory")
    place = os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full))
    real = os.path.realpath(full)
    return _Asked(real if is_folder else place, real, is_folder)


def _unknown(path: str, full: str) -> str:
    import difflib  # few runs have anything to correct

    message = f"no such file or folder: {path!r}"
    try:
        near = difflib.get_close_matches(os.path.basename(full), sorted(os.listdir(os.path.dirname(full))), 1)
    except (OSError, ValueError):
        near = []
    if near:
        message += f"; did you mean {os.path.join(os.path.dirname(path), near[0])!r}?"
    return message


def _root(root: str) -> str:
    real = os.path.realpath(root)
    if not os.path.isdir(real):
        raise UnknownPath(f"the root {root!r} is not a folder")
    return real


def _common_folders(asked: Iterable[_Asked]) -> list[str]:
    """The folder that holds all PATHS; where only the whole disk would (``/a /b``), the folders of PATHS themselves."""
    folders = sorted({one.real if one.is_folder else os.path.dirname(one.place) for one in asked})
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # none, or on several drives
        return folders
    return folders if os.path.dirname(common) == common else [common]


class _Chosen:
    """The places that PATHS ask for: they, what lies below, and what links among these lead to."""

    def __init__(self, asked: Iterable[_Asked], links: Iterable[tuple[str, str]]) -> None:
        self._named = {place for one in asked for place in (one.place, one.real)}
        self._known: dict[str, bool] = {}
        while reached := {target for place, target in links if place in self and target not in self}:
            self._named |= reached
            self._known.clear()

    def __contains__(self, place: str) -> bool:
        trail = []
        while place not in self._known:
            trail.append(place)
            parent = os.path.dirname(place)
            if place in self._named or parent == place:
                self._known[place] = place in self._named
            else:
                place = parent
        answer = self._known[place]
        self._known.update(dict.fromkeys(trail, answer))
        return answer


# -- the walk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A file: ``place`` is resolved but for its last part, ``real`` is resolved; they are equal unless it is a link."""

    source: SourceFile
    place: str
    real: str


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to list, or a link to something: ``real`` is resolved (of a link, only its folder is)."""

    path: str
    name: str
    real: str
    rules: Rules


class _Walk:
    """Gathers files; every folder is listed once, by device and inode, whatever ways lead there.

    ``links`` are the links met, as (place, target); ``errors`` have the place of the trouble as their key.
    """

    def __init__(self, project: str, exclude: Patterns, respect_gitignore: bool, left_out: frozenset[str]) -> None:
        self.links: list[tuple[str, str]] = []
        self.errors: dict[str, FileError] = {}
        self._found: dict[str, _Found] = {}
        self._listed: set[tuple[int, int]] = set()
        self._project = project
        self._exclude = exclude
        self._gitignore = respect_gitignore
        self._left_out = left_out

    @property
    def files(self) -> Iterable[_Found]:
        return self._found.values()

    def add_folders(self, folders: Iterable[str]) -> None:
        """Adds what lies below resolved folders.  Links come last, so that no link takes a file's own name from it."""
        links = self._list_all([self._top(folder, folder) for folder in folders])
        to_files: list[tuple[_Folder, str]] = []
        while links:
            next_links: list[_Folder] = []
            for link in sorted(links, key=lambda link: link.path):
                target = os.path.realpath(link.path)
                self.links.append((link.real, target))
                if not os.path.isdir(target):
                    to_files.append((link, target))
                elif not lies_in(link.real, target):  # else it leads back up, and to all that lies there
                    next_links += self._list_all([self._top(link.path, target)])
            links = next_links
        for link, target in sorted(to_files, key=lambda one: one[0].path):
            if link.path.endswith(SUFFIX):
                self._add(link.path, link.name, link.real, target)

    def add_named_file(self, asked: _Asked) -> None:
        """Adds a file that is named itself, unless it is there already."""
        if asked.real in self._found or asked.place in self.errors:
            return
        if asked.place.endswith(SUFFIX):
            self._add(asked.place, self._name(asked.place), asked.place, asked.real)
        else:
            self._fail(asked.place, asked.place, f"not a Python source file: only *{SUFFIX} is read")

    def _list_all(self, pending: list[_Folder]) -> list[_Folder]:
        """Adds the files below folders, links aside, and returns the links."""
        links = []
        while pending:
            folder = pending.pop()
            entries = self._entries(folder)
            rules = folder.rules
            if self._gitignore:
                rules = rules.inside(folder.real, {entry.name for entry in entries})
            name_prefix = "" if folder.name == "." else folder.name + "/"
            real_prefix = os.path.join(folder.real, "")
            for entry in entries:
                is_link = entry.is_symlink()
                is_folder = not is_link and _is_folder(entry)
                if not (is_link or is_folder or entry.name.endswith(SUFFIX)):
                    continue
                if (is_link or is_folder) and entry.name in self._left_out:
                    continue
                name, real = name_prefix + entry.name, real_prefix + entry.name
                if self._exclude and self._exclude.ignores(_UPWARD.sub("", name), is_folder):
                    continue
                if rules.chain and rules.ignore(real, is_folder):
                    continue
                if is_link:
                    links.append(_Folder(entry.path, name, real, rules))
                elif is_folder:
                    pending.append(_Folder(entry.path, name, real, rules))
                else:
                    self._add(entry.path, name, real, real, entry)
        return links

    def _entries(self, folder: _Folder) -> list[os.DirEntry[str]]:
        """What a folder holds; nothing where it was listed before or cannot be."""
        try:
            status = os.stat(folder.path)
            if (status.st_dev, status.st_ino) in self._listed:
                return []
            self._listed.add((status.st_dev, status.st_ino))
            with os.scandir(folder.path) as entries:
                return list(entries)
        except OSError as error:
            self._fail(folder.path, folder.real, f"the folder cannot be listed: {error.strerror}")
            return []

    def _add(self, path: str, name: str, place: str, real: str, entry: os.DirEntry[str] | None = None) -> None:
        if real in self._found:
            return
        try:
            status = os.stat(path) if entry is None else entry.stat(follow_symlinks=False)
        except OSError as error:
            self._fail(path, place, _trouble(path, error))
            return
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            self._fail(path, place, "not a regular file")
            return
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        self._found[real] = _Found(SourceFile(path, name, stamp), place, real)

    def _fail(self, path: str, place: str, message: str) -> None:
        self.errors[place] = FileError("ESP900", self._name(path), 1, message)

    def _name(self, path: str) -> str:
        try:
            return posix(os.path.relpath(path, self._project))
        except ValueError:  # on another drive
            return posix(path)

    def _top(self, path: str, real: str) -> _Folder:
        rules = Rules.above(real, self._project) if self._gitignore else Rules()
        return _Folder(path, self._name(path), real, rules)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # where the disk does not tell the kind with the name; the stat that follows will say why
        return False


def _trouble(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "the symbolic link leads back to itself"
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return f"the symbolic link leads nowhere: {os.readlink(path)!r}"
    return f"cannot be read: {error.strerror}"
