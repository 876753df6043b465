"""Verbs that need more than the core: one line says what to install."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def required(extra: str) -> Iterator[None]:
    """Around the imports of a verb.  Raises UsageError for a library that is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "esper_lint":
            raise
        command = f'pip install "esper-lint[{extra}]"'
        raise click.ClickException(f"{error.name} is not installed, which this verb needs: {command}") from error
