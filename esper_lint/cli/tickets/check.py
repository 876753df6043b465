"""``esper-lint tickets check``: the health of the tickets, and the boxes that `verify` ticks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.settings import setting_options
from esper_lint.cli.tickets.common import settings_of, told
from esper_lint.config import Config
from esper_lint.discovery.reading import digest_of
from esper_lint.output.schema import TOOL
from esper_lint.rules.excerpt import one_line
from esper_lint.tickets.checking import diagnostics_of
from esper_lint.tickets.documents import SCHEMA_VERSION
from esper_lint.tickets.folder import shown_path, ticket_folder
from esper_lint.tickets.health import Diagnostic
from esper_lint.tickets.patching import CannotPatch, TickBox, TicketChanged
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.store import NotWritten, TicketFolder
from esper_lint.tickets.ticket import Mark
from esper_lint.tickets.ticking import NotRecords, Ticks, records_in, ticks_of
from esper_lint.wording import counted


@click.command("check")
@click.option(
    "recorded", "--from", metavar="FILE", help="Tick the boxes of what `verify` has found, and check nothing."
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@setting_options
def check(recorded: str | None, output_format: str, **settings: Any) -> int:
    """Print what is odd about the tickets: places that are gone, states that contradict each other, ids that are there
    twice, verdicts that nobody understands. With --from, give it the JSON of `esper-lint verify`.

    Exit status: 0 nothing is odd, or all boxes are as FILE has them; 1 something is odd; 2 usage or internal error, or
    a ticket that could not be written.
    """
    config = settings_of(settings)
    folder = ticket_folder(config)
    if recorded is not None:
        with told():
            return _ticked(config, folder, recorded)
    with told():
        found = diagnostics_of(config.project, folder.readings())
    if output_format == "json":
        to_standard_output([json.dumps(_document(config, found), indent=2)])
    else:
        to_standard_output(
            f"{one_line(shown_path(config, one.name))}:{one.line}: {one.code} {one_line(one.message)}" for one in found
        )
    click.echo(_summary(found), err=True)
    return Exit.FINDINGS if found else Exit.CLEAN


def _document(config: Config, found: Sequence[Diagnostic]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": TOOL,
        "diagnostics": [
            {"path": shown_path(config, one.name), "line": one.line, "code": one.code, "message": one.message}
            for one in found
        ],
    }


def _summary(found: Sequence[Diagnostic]) -> str:
    tickets = len({one.name for one in found})
    return f"{counted(len(found), 'diagnostic')} in {counted(tickets, 'ticket')}" if found else "nothing is odd"


# -- boxes ------------------------------------------------------------------------------------------------------------


def _ticked(config: Config, folder: TicketFolder, recorded: str) -> int:
    """Tick and clear the boxes of all tickets that the records speak of."""
    try:
        records = records_in(Path(recorded).read_bytes())
    except NotRecords as error:
        raise click.UsageError(f"--from: {recorded}: {error}") from error

    @cache
    def digest_now(path: str) -> str | None:
        try:
            return digest_of(Path(config.project, path).read_bytes())
        except (OSError, ValueError):  # of a path that no file can have
            return None

    failed = matched = 0
    for reading in folder.readings():
        ticks = ticks_of(reading.ticket, records, digest_now)
        matched += bool(ticks.records)
        if not _patched(config, folder, reading, ticks):
            failed += 1
    if not matched:
        click.echo("no ticket is on a class of this file", err=True)
    return Exit.ERROR if failed else Exit.CLEAN


def _patched(config: Config, folder: TicketFolder, reading: Reading, ticks: Ticks) -> bool:
    """Whether the ticket has the boxes that it should have; says what became of it."""
    name = one_line(reading.ticket.id or reading.name)
    for qualname in ticks.stale:
        click.echo(f"{name}: STALE: the code of {one_line(qualname)} has changed since it was verified", err=True)
    if not ticks.marks:
        return True
    try:
        folder.patch(reading.name, [TickBox(text, mark) for text, mark in ticks.marks.items()], reading.digest)
    except (TicketChanged, CannotPatch, NotWritten) as error:
        click.echo(f"esper-lint: {one_line(shown_path(config, reading.name))}: {one_line(str(error))}", err=True)
        return False
    to_standard_output(
        f"{name}: {'ticked' if mark is Mark.TICKED else 'cleared'}: {one_line(text)}"
        for text, mark in ticks.marks.items()
    )
    return True
