"""Under which names the two versions of a class are imported, and from which folders.

A case names modules as they were imported where it was recorded, which need not be how the packages on disk would have
it: ``models.net`` in one project is ``examples.models.net`` in the next.  So a name fits a file if it ends its path.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from esper_lint.discovery.gitignore import SUFFIX
from esper_lint.verification.pairing import ModuleClass
from esper_lint.verification.versions import Version


@dataclass(frozen=True, slots=True)
class Placing:
    """How a class is reached: the module that holds it in either version, the folders that these are imported from
    (relative to the roots of the trees), and the prefix that differs."""

    module: str
    new_module: str
    old_root: str
    new_root: str
    renames: tuple[tuple[str, str], ...]


def fits(version: Version, file: str, module: str) -> bool:
    """Whether a file, relative to the root, may have been imported under that name."""
    parts, names = _parts(version, file), module.split(".")
    return parts[-len(names) :] == names


def placing(old: Version, new: Version, one: ModuleClass, other: ModuleClass, module: str) -> Placing:
    """Of a class that the original has in the module of that name, which ``fits`` its file."""
    names = module.split(".")
    inner = [] if one.path == os.curdir else _stem(one.path.lstrip("/"))
    depth = len(names) - len(inner)  # of the prefix, which leads to the place of the version
    prefix = names[: max(depth, 0)]
    new_prefix: Sequence[str] = prefix
    if prefix and old.place != new.place:
        places = [_stem(version.place) for version in (old, new)]
        new_prefix = places[1] if prefix == places[0] else _parts(new, new.place)[-depth:]
    new_module = ".".join([*new_prefix, *names[len(prefix) :]])
    renames = () if prefix == new_prefix else ((".".join(prefix), ".".join(new_prefix)),)
    return Placing(module, new_module, _root(one.file, module), _root(other.file, new_module), renames)


def renaming(renames: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    """What a name of a module becomes when these prefixes do."""

    def rename(module: str) -> str:
        for before, after in renames:
            if module == before or module.startswith(before + "."):
                return after + module[len(before) :]
        return module

    return rename


def module_beside(file: str, other: str, module: str) -> str:
    """The module that ``file`` is, where ``other`` is imported as ``module``."""
    above = len(_stem(other)) - len(module.split("."))
    stem = _stem(file)
    if above < 0:
        return ".".join([*module.split(".")[:-above], *stem])
    return ".".join(stem[above:])


def _root(file: str, module: str) -> str:
    """Where the import of a module begins; above the root of the tree for a namespace that begins there."""
    above = len(module.split(".")) - len(_stem(file))
    if above > 0:
        return "/".join([os.pardir] * above)
    return "/".join(_stem(file)[: -len(module.split("."))]) or os.curdir


def _parts(version: Version, file: str) -> Sequence[str]:
    """The parts of the longest name; a tree with edits has nothing above its root."""
    if version.tree.edits:
        return _stem(file)
    return _stem(os.path.join(version.tree.root, file).lstrip("/"))


def _stem(path: str) -> list[str]:
    parts = path.removesuffix(SUFFIX).split("/")
    return parts[:-1] if parts[-1] == "__init__" else parts
