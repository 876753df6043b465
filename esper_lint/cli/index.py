"""``esper-lint index``: build the index ahead of a run, describe it, or clear it."""

from __future__ import annotations

import os
from typing import Any

import click

from esper_lint.analysis import analyse
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.discovery.files import UnknownPath
from esper_lint.index import clear, location, place_in_use, stats


@click.command("index")
@click.argument("paths", nargs=-1)
@click.option("clearing", "--clear", is_flag=True, help="Remove the index, which all projects share.")
@click.option("describing", "--stats", is_flag=True, help="Print what the index holds; read nothing.")
@setting_options
def command(paths: tuple[str, ...], clearing: bool, describing: bool, **settings: Any) -> None:
    """Read and compare all files that a check of PATHS (by default, here) would, and keep what was learnt."""
    if clearing and describing:
        raise click.UsageError("--clear and --stats cannot go together")
    named = paths or (os.curdir,)
    config = resolve(named, settings).config
    if describing:
        to_standard_output(f"{name}: {value}" for name, value in stats(config).items())
        return
    if clearing:
        cleared = place_in_use(config) or location(config)
        clear(config)
        click.echo(f"cleared {cleared}", err=True)
        return
    with TerminalProgress() as progress:
        try:
            summary = analyse(named, config, cwd=os.getcwd(), progress=progress).summary
        except UnknownPath as error:
            raise click.UsageError(str(error)) from error
    # A run makes do without an index; only here was the index itself what was asked for.
    place = place_in_use(config)
    if place is None:
        raise click.ClickException(f"the index cannot be written: {location(config)}")
    click.echo(f"indexed {summary.files:,} files, {summary.forwards:,} forwards: {place}", err=True)
