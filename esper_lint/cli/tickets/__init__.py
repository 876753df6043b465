"""``esper-lint tickets``: the review records of findings, kept in step with the code."""

from __future__ import annotations

import click

from esper_lint.cli.tickets.accept import accept
from esper_lint.cli.tickets.check import check
from esper_lint.cli.tickets.import_ import import_
from esper_lint.cli.tickets.list_ import list_
from esper_lint.cli.tickets.show import show
from esper_lint.cli.tickets.sync import sync


@click.group("tickets", no_args_is_help=False)
def command() -> None:
    """Tickets are Markdown files of the repository, one a finding, in the folder that the setting `tickets` names.

    `sync` brings them in step with the code; `esper-lint review` gives a verdict.
    """


for one in (sync, list_, show, check, import_, accept):
    command.add_command(one)
