"""The option table in flake8: options made from it, and the settings and PATHS that a file under flake8 resolves to.

A table of patterns has no form that anybody would type, so those stay in ``pyproject.toml``.
"""

from __future__ import annotations

import os
import re
import shlex
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from esper_lint.config import (
    COMMAND_LINE,
    OPTIONS,
    Config,
    ConfigError,
    Option,
    common_folder,
    load,
    require_known_codes,
)
from esper_lint.pyproject import shown

_PREFIX = "esper"
_STANDARD_INPUT = "-"
_UNNAMED = "stdin"  # what flake8 calls standard input unless it is told another name
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_BOOLEANS = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
_FORMS = {
    "integer": "N",
    "boolean": "true|false",
    "folder": "FOLDER",
    "project folder": "FOLDER",
    "file": "FILE",
    "folders": "FOLDER,...",
    "strings": "TEXT,...",
}


class OptionManager(Protocol):
    """What we use of flake8's, which has no type information."""

    def add_option(self, name: str, **keywords: Any) -> None: ...

    def extend_default_ignore(self, error_codes: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What ``analyse`` is asked for one file, and the command that has the answer ready beforehand."""

    config: Config
    paths: tuple[str, ...]
    index_command: str


def add_options(manager: OptionManager) -> None:
    """One option per setting; None where it is not given, so that ``pyproject.toml`` speaks.

    None has a type for flake8 to enforce: a value in ``setup.cfg`` that is of another one would end its run with a
    traceback.
    """
    for option in OPTIONS:
        if not option.is_table:
            manager.add_option(
                f"--{_PREFIX}-{option.key}",
                default=None,
                metavar=_FORMS.get(option.kind, "TEXT"),
                help=option.help.replace("%", "%%"),
                parse_from_config=True,
                comma_separated_list=option.kind in ("strings", "folders"),
                normalize_paths=option.kind == "folders",
            )


def is_standard_input(filename: str, options: Namespace) -> bool:
    """Whether the file that flake8 calls ``filename`` is its standard input."""
    return _STANDARD_INPUT in options.filenames and filename == (options.stdin_display_name or _UNNAMED)


def name_of(filename: str, options: Namespace) -> str:
    """What the command line would call the file that flake8 calls ``filename``."""
    return "<stdin>" if filename == _UNNAMED and is_standard_input(filename, options) else filename


def task(filename: str, options: Namespace, cwd: str) -> Task:
    """The settings of the file that flake8 calls ``filename``, and those PATHS of its run that concern their project.

    A project with our table is that of the file's own folder, so that what is said of a file does not depend on which
    others are checked with it.  Without one, the PATHS decide, as on the command line.  Raises ConfigError.
    """
    from esper_lint.rules import RULES

    name = name_of(filename, options)
    overrides = _overrides(options)
    paths = _paths(options, cwd)
    if is_standard_input(filename, options):
        paths.append(name)
    try:
        resolved = load(os.path.dirname(os.path.join(cwd, name)), overrides)
        if resolved.config.has_table:
            start = resolved.config.project
            paths = _within(start, paths, cwd)
        else:
            start = common_folder(paths, cwd)
            resolved = load(start, overrides)
        require_known_codes(resolved, RULES)
    except ConfigError as error:
        # What the command line calls the origin of an override.
        raise ConfigError(str(error).replace(f"{COMMAND_LINE}: ", f"flake8 option --{_PREFIX}-", 1)) from error
    return Task(resolved.config, tuple(paths), _index_command(start, overrides))


def _overrides(options: Namespace) -> dict[str, object]:
    """The settings that flake8 was given, by key."""
    given = {option: getattr(options, f"{_PREFIX}_{option.attribute}", None) for option in OPTIONS}
    return {option.key: _value(option, raw) for option, raw in given.items() if raw is not None}


def _value(option: Option, raw: Any) -> object:
    """``raw`` in the type that ``load`` takes, or as it is for ``load`` to refuse."""
    if isinstance(raw, str) and option.kind == "integer" and _INTEGER.fullmatch(raw):
        return int(raw)
    if isinstance(raw, str) and option.kind == "boolean":
        return _BOOLEANS.get(raw.lower(), raw)
    return raw


def _index_command(start: str, overrides: Mapping[str, object]) -> str:
    """The command that fills the index for the folder ``start`` under the same settings."""
    words = ["esper-lint", "index"]
    for option in OPTIONS:
        if option.key in overrides and (option.affects_matching or option.key == "cache-dir"):
            value = overrides[option.key]
            if isinstance(value, bool):
                words.append(f"--{option.key}" if value else f"--no-{option.key}")
            else:
                words += [f"--{option.key}", ",".join(value) if isinstance(value, list) else str(value)]
    return shlex.join([*words, shown(start)])


def _paths(options: Namespace, cwd: str) -> list[str]:
    """The files and folders that flake8 was given; it has a code of its own for one that does not exist."""
    given = options.filenames or [os.curdir]
    return [path for path in given if path != _STANDARD_INPUT and os.path.lexists(os.path.join(cwd, path))]


def _within(project: str, paths: Sequence[str], cwd: str) -> list[str]:
    """PATHS as far as they lie in the project; a folder around it stands for all of it."""
    from esper_lint.discovery.gitignore import lies_in

    found = []
    real: dict[str, str] = {}  # by folder: to resolve every one of many files takes longer than all the rest
    for path in paths:
        full = os.path.join(cwd, path)
        folder = full if os.path.isdir(full) else os.path.dirname(full)
        place = real.get(folder) or real.setdefault(folder, os.path.realpath(folder))
        if lies_in(place, project):
            found.append(path)
        elif folder == full and lies_in(project, place):
            found.append(project)
    return found
