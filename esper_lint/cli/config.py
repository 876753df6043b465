"""``esper-lint config``: every setting with its value and where it came from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import click

from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.config import OPTIONS, Resolved
from esper_lint.pyproject import TABLE


@click.command("config")
@click.argument("path", default=os.curdir)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@setting_options
def command(path: str, output_format: str, **settings: Any) -> None:
    """Print the settings for PATH (by default, here) in the form that pyproject.toml takes them."""
    resolved = resolve([path], settings)
    to_standard_output(_as_json(resolved) if output_format == "json" else _as_toml(resolved))


def _as_json(resolved: Resolved) -> Iterable[str]:
    settings = {
        option.key: {"value": _value(resolved, option.attribute), "origin": resolved.origins[option.key]}
        for option in OPTIONS
    }
    document = {"schema_version": 1, "project": resolved.config.project, "settings": settings}
    return json.dumps(document, indent=2).split("\n")


def _as_toml(resolved: Resolved) -> Iterable[str]:
    yield f"# project folder: {resolved.config.project}"
    yield f"[tool.{TABLE}]"
    for option in OPTIONS:
        yield f"{option.key} = {_toml(_value(resolved, option.attribute))}  # {resolved.origins[option.key]}"


def _value(resolved: Resolved, attribute: str) -> Any:
    value = getattr(resolved.config, attribute)
    if attribute == "verify":
        return json.loads(value)
    return dict(value) if attribute == "per_file_ignores" else value


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # TOML writes booleans, numbers and strings as JSON does, but for pairs of surrogates and DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
