"""The files in which a project says what it requires -> their entries, as they stand there.

A file that cannot be read says nothing, and an entry that cannot be read names its package without a version.
"""

from __future__ import annotations

import configparser
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from esper_lint.fixing.suggesting.constraints import lowest, of_poetry

if sys.version_info >= (3, 11):
    import tomllib
else:  # Python 3.10 has no TOML reader of its own
    import tomli as tomllib

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)")
_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)
_CONTINUED = re.compile(r"\\\r?\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """One requirement of a package: the lowest version that it allows, if any, and when it holds.

    That is where ``marker`` does and the interpreter is one of ``pythons``, if there are any; never of itself, if it is
    ``optional``, as those of an extra are.
    """

    name: str
    lowest: Version | None
    place: str
    marker: Marker | None = None
    pythons: tuple[SpecifierSet, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """What the files of one kind say: their entries, and the interpreters that the project runs on."""

    entries: tuple[Entry, ...] = ()
    pythons: tuple[SpecifierSet, ...] = ()


def metadata(folder: Path) -> Declared:
    """What installing the project would require, by its ``pyproject.toml`` or ``setup.cfg``."""
    found = (*_pyproject(folder / "pyproject.toml"), _setup_cfg(folder / "setup.cfg"))
    pythons = next((one.pythons for one in found if one.pythons), ())
    return Declared(tuple(entry for one in found for entry in one.entries), pythons)


def listed(path: Path) -> Declared:
    """What a ``requirements.txt`` requires; files that it includes are not read."""
    text = _COMMENT.sub("", _CONTINUED.sub("", _text(path)))
    lines = (line.split(" --")[0].strip() for line in text.splitlines())
    return Declared(tuple(_entries((line for line in lines if line and not line.startswith("-")), path.name)))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _entries(lines: object, place: str, *, optional: bool = False) -> Iterator[Entry]:
    if isinstance(lines, Mapping) or not hasattr(lines, "__iter__"):
        return
    for line in lines:
        match = _NAME.match(line) if isinstance(line, str) else None
        if match is None:
            continue
        name = canonicalize_name(match[1])
        try:
            found = Requirement(line)
        except InvalidRequirement:
            if "://" not in line:  # which may be of a package of any name
                yield Entry(name, None, place, optional=optional)
            continue
        yield Entry(name, lowest(found.specifier), place, found.marker, optional=optional)


def _pythons(text: object) -> tuple[SpecifierSet, ...]:
    try:
        return (SpecifierSet(text),) if isinstance(text, str) else ()
    except InvalidSpecifier:
        return ()


# -- pyproject.toml ---------------------------------------------------------------------------------------------------


def _pyproject(path: Path) -> tuple[Declared, Declared]:
    try:
        document: object = tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return Declared(), Declared()
    return _project(_table(document, "project"), path.name), _poetry(_table(document, "tool", "poetry"), path.name)


def _table(document: object, *keys: str) -> Mapping[str, object]:
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document if isinstance(document, Mapping) else {}


def _project(table: Mapping[str, object], place: str) -> Declared:
    entries = list(_entries(table.get("dependencies"), place))
    for extra in _table(table, "optional-dependencies").values():
        entries += _entries(extra, place, optional=True)
    return Declared(tuple(entries), _pythons(table.get("requires-python")))


def _poetry(table: Mapping[str, object], place: str) -> Declared:
    entries: list[Entry] = []
    pythons: tuple[SpecifierSet, ...] = ()
    for name, said in _table(table, "dependencies").items():
        if name == "python":
            pythons = of_poetry(said) if isinstance(said, str) else ()
            continue
        for one in said if isinstance(said, list) else [said]:
            entries.append(_of_poetry(canonicalize_name(name), one, place))
    return Declared(tuple(entries), pythons)


def _of_poetry(name: str, said: object, place: str) -> Entry:
    table = said if isinstance(said, Mapping) else {"version": said}
    version, python, marker = table.get("version"), table.get("python"), table.get("markers")
    bounds = [lowest(one) for one in of_poetry(version)] if isinstance(version, str) else []
    known = [bound for bound in bounds if bound is not None]
    bound = min(known) if known and len(known) == len(bounds) else None
    pythons = of_poetry(python) if isinstance(python, str) else ()
    optional = bool(table.get("optional")) or "platform" in table or (isinstance(python, str) and not pythons)
    try:
        holds = Marker(marker) if isinstance(marker, str) else None
    except InvalidMarker:
        holds, optional = None, True
    return Entry(name, bound, place, holds, pythons, optional)


# -- setup.cfg --------------------------------------------------------------------------------------------------------


def _setup_cfg(path: Path) -> Declared:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_text(path))
    except configparser.Error:
        return Declared()
    options = parser["options"] if parser.has_section("options") else {}
    entries = list(_entries(_lines(options.get("install_requires", "")), path.name))
    extras = parser["options.extras_require"] if parser.has_section("options.extras_require") else {}
    for extra in extras.values():
        entries += _entries(_lines(extra), path.name, optional=True)
    return Declared(tuple(entries), _pythons(options.get("python_requires")))


def _lines(text: str) -> list[str]:
    """Those of a list in ``setup.cfg``; ``file: NAME`` includes another one, which is read anyway or not at all."""
    return [line for line in _COMMENT.sub("", text).splitlines() if not line.startswith(("file:", "attr:"))]
