"""``esper-lint tickets sync``: bring the tickets in step with the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.fix import unified
from esper_lint.cli.settings import setting_options
from esper_lint.cli.tickets.common import Project, project_of, settings_of, today
from esper_lint.judging import is_selected
from esper_lint.rules.excerpt import one_line
from esper_lint.tickets.folder import tickets_path
from esper_lint.tickets.ids import problem_with_word
from esper_lint.tickets.making import AGENT
from esper_lint.tickets.sites import sites_of
from esper_lint.tickets.sync import Action, Sync, applied, edits_of, planned_sync
from esper_lint.wording import counted


@click.command("sync")
@click.option("--batch", metavar="WORD", default="", help="The batch of new tickets; else that of the newest, else 1.")
@click.option("--agent", metavar="WORD", default=AGENT, help=f"Who found what is new, in the ids; {AGENT} by default.")
@click.option("dry_run", "--dry-run", is_flag=True, help="Say what would become of which ticket, and write nothing.")
@click.option("with_diff", "--diff", is_flag=True, help="Print what would change, and write nothing.")
@setting_options
def sync(batch: str, agent: str, dry_run: bool, with_diff: bool, **settings: Any) -> int:
    """Write tickets for new findings, one a clone group; mark those whose finding is gone as fixed, and reopen those
    whose finding is back; follow what was moved.

    Exit status: 0 done; 1 changes pending under --dry-run or --diff; 2 usage or internal error, or a ticket that could
    not be written.
    """
    for word in (agent, *([batch] if batch else [])):
        problem = problem_with_word(word)
        if problem:
            raise click.UsageError(problem)
    project = project_of(settings_of(settings))
    plan = _planned(project, batch, agent)
    if with_diff:
        edits = edits_of(plan, tickets_path(project.config), project.file)
        to_standard_output(line for edit in edits for line in unified(edit))
    if dry_run or with_diff:
        if not with_diff:
            to_standard_output(_lines(plan))
        click.echo(_summary(plan, "would be "), err=True)
        return Exit.FINDINGS if plan.creations or plan.changes else Exit.CLEAN
    done, failures = applied(plan, project.scanned.folder)
    to_standard_output(_lines(done))
    for failure in failures:
        click.echo(f"esper-lint: {one_line(failure.name)}: {one_line(failure.message)}", err=True)
    if done.creations or done.changes or not failures:
        click.echo(_summary(done, ""), err=True)
    return Exit.ERROR if failures else Exit.CLEAN


def _planned(project: Project, batch: str, agent: str) -> Sync:
    history = project.history()
    return planned_sync(
        project.scanned.scan,
        today=today(),
        reviewers=project.config.reviewers,
        vanished=lambda reading: history.of(sites_of(reading.ticket)),
        made=project.maker(batch, agent),
        is_selected=lambda group: is_selected(group.rule, project.config),
    )


def _lines(plan: Sync) -> Iterator[str]:
    for creation in plan.creations:
        first = creation.group.members[0]
        yield f"{creation.ticket.id}: {Action.CREATED.value}: {_place(first.path, first.line)} {creation.group.rule}"
    for change in plan.changes:
        identity = one_line(change.reading.ticket.id or change.reading.name)
        yield f"{identity}: {change.action.value}: {one_line(change.why)}"


def _place(path: str, line: int) -> str:
    return f"{one_line(path)}:{line}"


def _summary(plan: Sync, verb: str) -> str:
    counts = {Action.CREATED: len(plan.creations)}
    for change in plan.changes:
        counts[change.action] = counts.get(change.action, 0) + 1
    parts = [f"{number} {verb}{action.value}" for action, number in counts.items() if number]
    total = len(plan.creations) + len(plan.changes)
    return f"{counted(total, 'ticket')}: {', '.join(parts)}" if parts else "all tickets are in step with the code"
