"""A folder, and contents that stand over its files -> a folder that Python can import from.

Nothing is copied but what differs: all else is reached through symbolic links, so that data files, compiled extensions
and what git does not know (a generated ``_version.py``) are there as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

# Bytecode is told by size and second of the source, which an edit made just now can share with what it edits; and what
# tests remember of their last run is of the original.
_LEFT_OUT = frozenset({"__pycache__", ".pytest_cache"})

_Edits = dict[str, "bytes | _Edits | None"]


@dataclass(frozen=True, slots=True)
class SourceTree:
    """The folder ``root``, absolute and without links, with other contents for some files.

    ``edits`` are by path, relative to the root and with ``/``; None stands for no file.
    """

    root: str
    edits: Mapping[str, bytes | None] = field(default_factory=dict)


@contextmanager
def laid_out(tree: SourceTree) -> Iterator[str]:
    """The folder that has the tree: its root if nothing differs there, else one for as long as the context lasts."""
    if not tree.edits:
        yield tree.root
        return
    with TemporaryDirectory(prefix="esper-lint-", ignore_cleanup_errors=True) as folder:
        place = os.path.realpath(folder)
        _lay_out(tree.root, _nested(tree.edits), place)
        yield place


def import_root(path: str) -> str:
    """The folder that a file or a package is imported from: the first above it that is no package."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    while os.path.exists(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _nested(edits: Mapping[str, bytes | None]) -> _Edits:
    found: _Edits = {}
    for path, content in edits.items():
        *folders, name = path.split("/")
        place = found
        for folder in folders:
            inner = place.get(folder)
            if not isinstance(inner, dict):  # nothing, or a file that makes way for the folder
                inner = place[folder] = {}
            place = inner
        if not isinstance(place.get(name), dict):
            place[name] = content
    return found


def _lay_out(source: str, edits: _Edits, target: str) -> None:
    """Fill the folder ``target``; links to folders, which hold no edits, lead to all of them at once."""
    if os.path.isdir(source):
        for name in os.listdir(source):
            if name not in edits and name not in _LEFT_OUT:
                os.symlink(os.path.join(source, name), os.path.join(target, name))
    for name, content in edits.items():
        place = os.path.join(target, name)
        if isinstance(content, dict):
            os.mkdir(place)
            _lay_out(os.path.join(source, name), content, place)
        elif content is not None:
            with open(place, "wb") as stream:
                stream.write(content)
