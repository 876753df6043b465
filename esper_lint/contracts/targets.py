"""``MODULE:QUALNAME`` -> the file and the definition that it names, or the nearest one that there is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import takewhile

from esper_lint.contracts.declaration import Declaration, Target
from esper_lint.contracts.definitions import Definition


class Unresolved(Exception):
    """A target that names nothing; the message is one line."""


class Targets:
    """Resolves targets among the files ``names``, which lie in the folder ``project``.

    A module is known by the end of its path: ``layers.attention`` names ``src/layers/attention.py`` from anywhere.
    """

    def __init__(self, names: Iterable[str], project: str) -> None:
        self._modules: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            parts = _module_parts(os.path.normpath(os.path.join(project, name)))
            self._modules.setdefault(parts[-1], []).append((parts, name))

    def file_of(self, declaration: Declaration, path: str) -> tuple[str, str]:
        """The name of the file in which the target of a declaration in ``path`` lies, and its qualname there.

        Raises Unresolved.
        """
        target = declaration.target
        assert target is not None
        if declaration.group:
            if not target.module:
                return path, target.qualname
            found = self._find(target.module.split("."), path)
            if found is None:
                raise Unresolved(f"no module `{target.module}` among the files compared{self._nearest(target.module)}")
            return found, target.qualname
        parts = target.qualname.split(".")
        for end in range(len(parts) - 1, 0, -1):
            found = self._find(parts[:end], path)
            if found is not None:
                return found, ".".join(parts[end:])
        raise Unresolved(f"no module of `{target.qualname}` is among the files compared")

    def module_of(self, name: str) -> str:
        """The shortest end of a file's dotted path that names this file from anywhere, else all of it."""
        known = {file: parts for found in self._modules.values() for parts, file in found}
        parts = known[name]
        for depth in range(1, len(parts)):
            if sum(other[-depth:] == parts[-depth:] for other in known.values()) == 1:
                return ".".join(parts[-depth:])
        return ".".join(parts)

    def _find(self, module: Sequence[str], path: str) -> str | None:
        """Of several, the one that shares most folders with ``path``.  Raises Unresolved if two share as many."""
        wanted = tuple(module)
        found = [name for parts, name in self._modules.get(wanted[-1], ()) if parts[-len(wanted) :] == wanted]
        nearest = max((_shared(name, path) for name in found), default=0)
        near = sorted(name for name in found if _shared(name, path) == nearest)
        if len(near) > 1:
            raise Unresolved(f"module `{'.'.join(module)}` may be {' or '.join(near)}: write more of its path")
        return near[0] if near else None

    def _nearest(self, module: str) -> str:
        depth = module.count(".") + 1
        known = {".".join(parts[-depth:]) for found in self._modules.values() for parts, _ in found}
        near = get_close_matches(module, sorted(known), 1)
        return f"; did you mean `{near[0]}`?" if near else ""


def definition_of(
    qualname: str, target: Target | None, definitions: Sequence[Definition], number: int, count: int
) -> Definition:
    """The definition of that name; of as many as there are followers of one name, ``count``, the one of that
    ``number``: a property's getter and setter.

    Raises Unresolved, with the nearest name, if there is none, or none that is clearly meant.
    """
    found = [one for one in definitions if one.qualname == qualname]
    if len(found) == 1:
        return found[0]
    if found and len(found) == count:
        return found[number]
    if found:
        lines = " and ".join(str(one.line) for one in found)
        raise Unresolved(f"`{target}` is defined more than once: on lines {lines}")
    known = sorted({one.qualname for one in definitions})
    last = qualname.rpartition(".")[2]
    same = [one for one in known if one.rpartition(".")[2] == last]
    near = get_close_matches(qualname, same, 1, cutoff=0) or get_close_matches(qualname, known, 1)
    raise Unresolved(f"`{target}` does not exist{f'; did you mean `{near[0]}`?' if near else ''}")


def _module_parts(path: str) -> tuple[str, ...]:
    folders, _, file = path.replace(os.sep, "/").rpartition("/")
    stem = file.rpartition(".")[0]
    parts = tuple(part for part in folders.split("/") if part)
    return parts if stem == "__init__" and parts else (*parts, stem)


def _shared(name: str, path: str) -> int:
    """The number of folders with which both paths begin."""
    folders = zip(name.split("/")[:-1], path.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], folders))
