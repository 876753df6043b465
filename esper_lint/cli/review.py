"""``esper-lint review``: give a verdict on a finding."""

from __future__ import annotations

from typing import Any

import click

from esper_lint.cli.settings import setting_options
from esper_lint.cli.tickets.common import meant, project_of, reviewer_of, settings_of, today, told
from esper_lint.findings import Group
from esper_lint.rules.excerpt import one_line
from esper_lint.tickets.detection import code_of
from esper_lint.tickets.patching import CannotPatch, TicketChanged
from esper_lint.tickets.quorum import decision
from esper_lint.tickets.reviewing import NotReviewed, patches_of, review_of
from esper_lint.tickets.ticket import Scope, Verdict


@click.command("review")
@click.argument("name", metavar="ID")
@click.option(
    "--verdict",
    required=True,
    type=click.Choice([one.value for one in Verdict], case_sensitive=False),
    help="What you think of the finding.",
)
@click.option("--evaluation", required=True, metavar="TEXT", help="Why; Markdown.")
@click.option(
    "--qualifier",
    default="",
    metavar="WORD",
    help=f"What you object to ({', '.join(one.value for one in Scope)}), or the severity that you propose (P0 to P4).",
)
@click.option("--reviewer", default="", metavar="NAME", help="Who you are; by default, git's user.name.")
@setting_options
def command(name: str, verdict: str, evaluation: str, qualifier: str, reviewer: str, **settings: Any) -> None:
    """Write your verdict into a ticket, in the place of an earlier one of yours. ID is that of a ticket or of a clone
    group, which gets a ticket if it has none.

    Exit status: 0 done; 2 usage or internal error.
    """
    project = project_of(settings_of(settings))
    one = meant(project, name)
    group = one if isinstance(one, Group) else one.group
    code = code_of(group) if group is not None else ""
    given = review_of(reviewer_of(reviewer), verdict, evaluation, qualifier=qualifier, today=today(), code=code)
    if isinstance(given, NotReviewed):
        raise click.UsageError(f"--{given.field}: {given.message}")
    with told():
        reading = project.created(one) if isinstance(one, Group) else one.reading
        try:
            patches = patches_of(given, reading.ticket, project.config.support_word)
            reading = project.scanned.folder.patch(reading.name, patches, reading.digest)
        except (TicketChanged, CannotPatch) as error:
            raise click.ClickException(f"{project.file(reading.name)}: {error}") from error
    words = decision(reading.ticket.reviews, code, project.config.reviewers).words
    click.echo(f"{one_line(reading.ticket.id)}: {words}; wrote {one_line(project.file(reading.name))}", err=True)
