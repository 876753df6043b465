"""The option table on the command line: options made from it, and the settings that PATHS and options resolve to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from esper_lint.config import OPTIONS, Option, Resolved, common_folder, load, require_known_codes

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

ON_COMMAND_LINE = tuple(option for option in OPTIONS if not option.is_table)


def setting_options(function: Decorated) -> Decorated:
    """Give a verb one option per setting; it receives them by name, None or empty where not given."""
    for option in reversed(ON_COMMAND_LINE):
        function = _as_click(option)(function)
    return function


def resolve(paths: Sequence[str], given: Mapping[str, Any]) -> Resolved:
    """The settings for ``paths``, with those options of ``given`` (by parameter name) that the user typed.

    Raises ConfigError, for a rule that does not exist too.
    """
    from esper_lint.rules import RULES

    overrides: dict[str, object] = {}
    for option in ON_COMMAND_LINE:
        value = given[option.attribute]
        if option.kind in ("strings", "folders"):
            if value:
                overrides[option.key] = [part.strip() for text in value for part in text.split(",") if part.strip()]
        elif value is not None:
            overrides[option.key] = value
    resolved = load(common_folder(paths, os.getcwd()), overrides)
    require_known_codes(resolved, RULES)
    return resolved


def _as_click(option: Option) -> Callable[[Decorated], Decorated]:
    name = f"--{option.key}"
    match option.kind:
        case "boolean":
            return click.option(f"{name}/--no-{option.key}", default=None, help=option.help)
        case "integer":
            return click.option(name, type=int, metavar="N", help=option.help)
        case "folder" | "project folder":
            return click.option(name, metavar="FOLDER", help=option.help)
        case "file":
            return click.option(name, metavar="FILE", help=option.help)
        case "scheme" | "word":
            return click.option(name, metavar="TEXT", help=option.help)
        case "folders":
            return click.option(name, multiple=True, metavar="FOLDER,...", help=option.help)
        case _:
            return click.option(name, multiple=True, metavar="TEXT,...", help=option.help)
