"""Files of a project -> the packages that they lie in, by the ``__init__.py`` beside them."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence


def package_of(path: str, project: str, names: Collection[str]) -> tuple[str, ...]:
    """The dotted parts of the package that a file lies in; empty if its folder is none.

    ``names`` are files that are known; others are looked for on the disk.
    """
    parts: list[str] = []
    folder = os.path.dirname(path)
    while folder and folder != os.curdir:
        marker = f"{folder}/__init__.py"
        if marker not in names and not os.path.exists(os.path.join(project, marker)):
            break
        folder, _, name = folder.rpartition("/")
        parts.insert(0, name)
    return tuple(parts)


def module_name(path: str, project: str, names: Collection[str]) -> str:
    """The dotted name that a file is imported by."""
    stem = os.path.basename(path).rpartition(".")[0]
    package = package_of(path, project, names)
    return ".".join(package if stem == "__init__" and package else (*package, stem))


def is_module(stem: str, project: str, names: Collection[str]) -> bool:
    """Whether a path without its suffix is that of a module or package, of whatever kind, also of one that is not
    looked at."""
    if f"{stem}.py" in names:
        return True
    folder, _, name = stem.rpartition("/")
    try:
        entries = os.listdir(os.path.join(project, folder))
    except OSError:
        return False
    return any(entry == name or entry.startswith(f"{name}.") for entry in entries)


def common_folder(paths: Sequence[str], project: str, names: Collection[str]) -> str | None:
    """The innermost folder of a package that all of these files lie in; None if no package holds them all."""
    folder = os.path.commonpath([os.path.dirname(path) or os.curdir for path in paths])
    if folder == os.curdir:
        return None
    depth = len(folder.split("/"))
    for path in paths:  # every folder from the common one to the file must be a package
        parts = os.path.dirname(path).split("/")
        if not all(_is_package("/".join(parts[:end]), project, names) for end in range(depth, len(parts) + 1)):
            return None
    return folder


def relative_import(path: str, target: str) -> str:
    """How a file names a module in a folder at or above its own, as the source of an import."""
    folder = os.path.dirname(path)
    above = os.path.relpath(folder, os.path.dirname(target)).split(os.sep)
    depth = 0 if above == [os.curdir] else len(above)
    return "." * (depth + 1) + os.path.basename(target).rpartition(".")[0]


def _is_package(folder: str, project: str, names: Collection[str]) -> bool:
    marker = f"{folder}/__init__.py"
    return marker in names or os.path.exists(os.path.join(project, marker))
