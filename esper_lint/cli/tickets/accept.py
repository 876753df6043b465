"""``esper-lint tickets accept``: a duplicate is meant, so a contract is to hold it."""

from __future__ import annotations

from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import setting_options
from esper_lint.cli.tickets.common import meant, project_of, reviewer_of, settings_of, today
from esper_lint.findings import Group
from esper_lint.rules.excerpt import one_line, printable
from esper_lint.tickets.acceptance import Reason, Trigger
from esper_lint.tickets.accepting import Refused, Wish
from esper_lint.tickets.accepting import accept as accepted
from esper_lint.tickets.reviewing import cleaned, cleaned_name, problem_with_text
from esper_lint.wording import counted


@click.command("accept")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True, type=click.Choice([one.value for one in Reason]), help="Why it is meant.")
@click.option("--evaluation", required=True, metavar="TEXT", help="Why that is so here; Markdown.")
@click.option(
    "--trigger",
    "triggers",
    multiple=True,
    type=click.Choice([one.value for one in Trigger]),
    help="What opens the ticket again; can be repeated; by default, all of them.",
)
@click.option("--reviewer", default="", metavar="NAME", help="Who you are; by default, git's user.name.")
@setting_options
def accept(name: str, reason: str, evaluation: str, triggers: tuple[str, ...], reviewer: str, **settings: Any) -> int:
    """Accept a duplicate by design: write a contract that holds its members in lock-step, and say so in the ticket. ID
    is that of a ticket or of a clone group, which gets a ticket if it has none.

    After that `check` and flake8 are silent on the group, until a member changes alone. `esper-lint fix --undo` takes
    the contract back.

    Exit status: 0 done; 2 usage or internal error, or members that no contract can hold; 3 a write failed and all was
    rolled back.
    """
    project = project_of(settings_of(settings))
    one = meant(project, name)
    group = one if isinstance(one, Group) else one.group
    if group is None:
        raise click.UsageError(f"{one_line(name)} is on no group that is there: nothing to hold in lock-step")
    problem = problem_with_text(evaluation)
    if problem:
        raise click.UsageError(f"--evaluation: {problem}")
    reading = project.maker()(group) if isinstance(one, Group) else one.reading
    who = cleaned_name(reviewer_of(reviewer))
    wish = Wish(Reason(reason), cleaned(evaluation), who, tuple(map(Trigger, triggers)) or tuple(Trigger))
    with TerminalProgress() as progress:
        outcome = accepted(
            project.config, project.scanned.folder, reading, group, wish, today=today(), progress=progress
        )
    if isinstance(outcome, Refused):
        if outcome.is_rolled_back:
            click.echo(f"esper-lint: {printable(outcome.message)}", err=True)
            return Exit.ROLLED_BACK
        raise click.ClickException(printable(outcome.message))
    ticket = one_line(project.file(outcome.reading.name))
    size = f"{counted(len(group.members), 'member')} in {counted(len(outcome.files), 'file')}"
    click.echo(f"wrote contract {outcome.contract}: {size}; wrote {ticket}", err=True)
    return Exit.CLEAN
