"""``esper-lint history``: measure the commits of git's history, and say how many duplicates there were at each."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.history_output import document, table
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.cli.terminal import style_of
from esper_lint.trend import GitError, filled
from esper_lint.wording import counted


@click.command("history")
@click.option(
    "--every",
    type=click.IntRange(min=1),
    metavar="N",
    help="Look at every N-th commit; by default at 128 or less, and always at the newest.",
)
@click.option("--since", metavar="REV|DATE", help="Only commits after a revision, or since a date (2024-05-31).")
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Only the newest N of them.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@click.option("--no-cache", is_flag=True, help="Neither read nor keep what was measured, nor the index.")
@setting_options
def command(
    every: int | None, since: str | None, most: int | None, output_format: str, no_cache: bool, **settings: Any
) -> None:
    """Measure the commits that lead to HEAD by first parents, with the settings of today, and print how many groups and
    duplicated lines there were, and what became of each group.

    Nothing is checked out. What was measured is kept, so a run that was interrupted goes on where it was.
    Exit status: 0 done, 2 usage or internal error.
    """
    config = resolve((os.curdir,), settings).config
    with TerminalProgress() as progress:
        try:
            found = filled(config, every=every, since=since, most=most, use_cache=not no_cache, progress=progress)
        except GitError as error:
            raise click.ClickException(str(error)) from error
    lines = document(found) if output_format == "json" else table(found.trend, style_of(sys.stdout))
    to_standard_output(lines)
    seen = f"{counted(len(found.trend.samples), 'commit')}, one of {found.every}"
    click.echo(f"{seen}; {found.measured:,} measured in this run", err=True)
