"""What a project requires wherever it is installed, and from which version on.

Metadata decides, where it names the package at all; else what every ``requirements*.txt`` at the project's root that
names it agrees on.  A requirement under a marker counts for the environments in which the marker holds, so several that
together cover all of them count as one; those of extras never count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from esper_lint.fixing.suggesting.requirement_files import Declared, Entry, listed, metadata

_PYTHONS = tuple(f"3.{minor}" for minor in range(8, 16))
_PLATFORMS = (
    ("linux", "Linux", "posix", "x86_64"),
    ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("darwin", "Darwin", "posix", "x86_64"),
    ("win32", "Windows", "nt", "AMD64"),
)
# What a marker says of anything else, such as the release of the platform, holds nowhere for sure.
_VARIABLES = frozenset(
    {"python_version", "python_full_version", "sys_platform", "platform_system", "os_name", "platform_machine"}
    | {"implementation_name", "platform_python_implementation", "extra"}
)
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Bound:
    """A package that is required everywhere: from which version on, if that is said, and the file that says so."""

    lowest: Version | None
    place: str


@dataclass(frozen=True, slots=True)
class Requirements:
    bounds: Mapping[str, Bound]

    def of(self, package: str) -> Bound | None:
        """The requirement of a package, by any spelling of its name; None if it may be absent."""
        return self.bounds.get(canonicalize_name(package))


def requirements_of(project: str) -> Requirements:
    """The requirements that stand in the files of a folder, which are read again only when one of them has changed."""
    return _read(project, _stamps(project))


def _stamps(project: str) -> tuple[tuple[str, int, int], ...]:
    try:
        with os.scandir(project) as entries:
            files = [entry for entry in entries if _is_read(entry.name) and entry.is_file()]
            found = [(entry.name, entry.stat()) for entry in files]
    except OSError:
        return ()
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


def _is_read(name: str) -> bool:
    return name in ("pyproject.toml", "setup.cfg") or (name.startswith("requirements") and name.endswith(".txt"))


@lru_cache(maxsize=8)
def _read(project: str, stamps: tuple[tuple[str, int, int], ...]) -> Requirements:
    folder = Path(project)
    own = metadata(folder)
    named = {entry.name for entry in own.entries}
    bounds = _everywhere(own, own)
    files = [listed(folder / name) for name, _, _ in stamps if name.endswith(".txt")]
    for name in sorted({entry.name for file in files for entry in file.entries} - named):
        each = [_everywhere(_only(file, name), own).get(name) for file in files if _only(file, name).entries]
        known = [one for one in each if one is not None]
        if len(known) == len(each):
            bounds[name] = _least(known)
    return Requirements(bounds)


def _only(file: Declared, name: str) -> Declared:
    return Declared(tuple(entry for entry in file.entries if entry.name == name))


def _everywhere(file: Declared, own: Declared) -> dict[str, Bound]:
    """The packages that the entries require in each environment that the project runs in."""
    environments = [one for one in _ENVIRONMENTS if _runs(one, own)]
    by_name: dict[str, list[Entry]] = {}
    for entry in file.entries:
        if not entry.optional:
            by_name.setdefault(entry.name, []).append(entry)
    bounds = {}
    for name, entries in by_name.items():
        each = [[entry for entry in entries if _holds(entry, environment)] for environment in environments]
        if each and all(each):
            bounds[name] = _least([_strictest(found) for found in each])
    return bounds


def _strictest(entries: Sequence[Entry]) -> Bound:
    """All of them hold together."""
    known = [entry for entry in entries if entry.lowest is not None]
    best = max(known, key=lambda entry: entry.lowest or Version("0")) if known else entries[0]
    return Bound(best.lowest, best.place)


def _least(bounds: Sequence[Bound]) -> Bound:
    """One of them holds."""
    return min(bounds, key=lambda bound: bound.lowest or Version("0"))


# -- environments -----------------------------------------------------------------------------------------------------


def _environments() -> Iterable[dict[str, str]]:
    for python in _PYTHONS:
        for sys_platform, system, os_name, machine in _PLATFORMS:
            yield {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": sys_platform,
                "platform_system": system,
                "os_name": os_name,
                "platform_machine": machine,
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
                "extra": "",
            }


_ENVIRONMENTS = tuple(_environments())


def _runs(environment: Mapping[str, str], own: Declared) -> bool:
    return not own.pythons or any(_releases_in(one, environment) for one in own.pythons)


def _releases_in(pythons: SpecifierSet, environment: Mapping[str, str]) -> int:
    """How many of the first and the last release of a series are allowed: ``>=3.9.2`` lets in one of them."""
    return sum(pythons.contains(f"{environment['python_version']}.{micro}") for micro in (0, 99))


def _holds(entry: Entry, environment: dict[str, str]) -> bool:
    """Whether an entry certainly holds there."""
    if entry.pythons and not any(_releases_in(one, environment) == 2 for one in entry.pythons):
        return False
    if entry.marker is None:
        return True
    if not _VARIABLES.issuperset(_variables(str(entry.marker))):
        return False
    try:
        return entry.marker.evaluate(environment)
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion):
        return False


def _variables(marker: str) -> set[str]:
    return set(_WORD.findall(_TEXT.sub("", marker))) - {"and", "or", "in", "not"}
