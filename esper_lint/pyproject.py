"""Finds the ``pyproject.toml`` that governs a folder, and reads our table from it: a folder in, a ``Project`` out."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # Python 3.10 has no TOML reader of its own
    import tomli as tomllib

TABLE = "esper_lint"
MISSPELT_TABLES = ("esper-lint", "esperlint")


class ConfigError(Exception):
    """A setting that cannot be used; the message is one line that says what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Project:
    """The project folder, absolute and without links, and our table in its ``pyproject.toml``, if it has one."""

    folder: str
    path: str = ""
    text: str = ""
    table: Mapping[str, Any] | None = None

    def place(self, key: str) -> str:
        """``pyproject.toml:12``, the line on which ``key`` is set.

        TOML readers keep no positions, so this reads the lines for the usual spellings; a key written in another way
        (dotted from an outer table, quoted with escapes) gets the file alone.
        """
        ours = False
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.match(r"\s*\[\s*([^\[\]]*?)\s*\]", line):
                ours = header[1] == f"tool.{TABLE}"
                found = header[1] == f"tool.{TABLE}.{key}"
            else:
                found = ours and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[.=]""", line) is not None
            if found:
                return f"{shown(self.path)}:{number}"
        return shown(self.path)


def governing(start: str) -> Project:
    """The project of the folder ``start``: that of the nearest ``pyproject.toml`` at or above it with our table, else
    of the nearest one at all, else the working directory.  Raises ConfigError for a table that cannot be read."""
    nearest = None
    for folder in (Path(start), *Path(start).parents):
        if (folder / "pyproject.toml").is_file():
            project = _read(folder / "pyproject.toml")
            if project.table is not None:
                return project
            nearest = nearest or project
    return nearest or Project(os.getcwd())


def _read(path: Path) -> Project:
    place, folder = shown(str(path)), os.path.realpath(path.parent)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{place}: cannot be read: {error.strerror}") from error
    # A file that nowhere names us is not ours to judge: broken TOML that belongs to others must not stop a run.
    if not any(name.encode() in data for name in (TABLE, *MISSPELT_TABLES)):
        return Project(folder)
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{place}: not valid TOML: not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{place}: not valid TOML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise ConfigError(f"{place}: not valid TOML: nested too deeply") from error
    tools = document.get("tool")
    if not isinstance(tools, dict):
        return Project(folder)
    for misspelt in MISSPELT_TABLES:
        if misspelt in tools:
            raise ConfigError(f"{place}: [tool.{misspelt}] is not read; did you mean [tool.{TABLE}]?")
    table = tools.get(TABLE)
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{place}: tool.{TABLE} must be a table: [tool.{TABLE}]")
    return Project(folder, str(path), text, table)


def shown(path: str) -> str:
    """``path`` as its reader would type it: relative where it lies under the working directory."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative
