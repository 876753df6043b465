"""A project -> how long its lines may be, as its own formatter has it."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # Python 3.10 has no TOML reader of its own
    import tomli as tomllib

_DEFAULT = 88
_KEYS = (("ruff", "line-length"), ("black", "line-length"), ("flake8", "max-line-length"), ("yapf", "column_limit"))
_FILES = ("setup.cfg", "tox.ini", ".flake8")


def line_length(project: str) -> int:
    """From ``pyproject.toml``, else flake8's settings, else what black and ruff take for granted."""
    tools = _tools(project)
    for tool, key in _KEYS:
        value = tools.get(tool)
        found = value.get(key) if isinstance(value, dict) else None
        if isinstance(found, int) and not isinstance(found, bool) and found > 0:
            return found
    for name in _FILES:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(os.path.join(project, name), encoding="utf-8")
            return parser.getint("flake8", "max-line-length")
        except (configparser.Error, ValueError, OSError):
            continue
    return _DEFAULT


def _tools(project: str) -> dict[str, Any]:
    """The ``tool`` table; empty if there is none that can be read."""
    try:
        document = tomllib.loads(Path(project, "pyproject.toml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    tools = document.get("tool")
    return tools if isinstance(tools, dict) else {}
