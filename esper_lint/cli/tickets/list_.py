"""``esper-lint tickets list``: a line for each ticket, and for each group that has none."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.settings import setting_options
from esper_lint.cli.terminal import style_of
from esper_lint.cli.tickets.common import Project, project_of, settings_of
from esper_lint.findings import Group
from esper_lint.output.colour import paint
from esper_lint.output.extract import cut, width
from esper_lint.output.schema import TOOL
from esper_lint.rules.excerpt import one_line
from esper_lint.tickets.detection import Detection, Disagreement, Found
from esper_lint.tickets.documents import SCHEMA_VERSION, decision_of, new_object, ticket_object
from esper_lint.tickets.making import title_of
from esper_lint.tickets.reviews import reviewer_key
from esper_lint.tickets.sites import sites_of
from esper_lint.tickets.ticket import State
from esper_lint.wording import counted

_HEADS = ("ticket", "state", "detection", "severity", "rule", "reviews", "title")
_NONE = "-"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for; nothing where all is."""

    states: Sequence[str]
    detections: Sequence[str]
    rules: Sequence[str]
    people: Sequence[str]

    def ticket(self, one: Found) -> bool:
        named = {reviewer_key(review.reviewer) for review in one.reading.ticket.reviews}
        return (
            (not self.states or one.reading.state.value in self.states)
            and self._is_of(one.detection, one.reading.ticket.rule or (one.group.rule if one.group else ""))
            and (not self.people or any(reviewer_key(name) in named for name in self.people))
        )

    def group(self, group: Group) -> bool:
        return not self.states and not self.people and self._is_of(Detection.NEW, group.rule)

    def _is_of(self, detection: Detection, rule: str) -> bool:
        return (not self.detections or detection.value in self.detections) and (
            not self.rules or any(rule.startswith(one.upper()) for one in self.rules)
        )


@click.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([one.value for one in State]), help="Only these.")
@click.option(
    "--detection", "detections", multiple=True, type=click.Choice([one.value for one in Detection]), help="Only these."
)
@click.option("--rule", "rules", multiple=True, metavar="CODE", help="Only of these rules, or of those that begin so.")
@click.option("--reviewer", "people", multiple=True, metavar="NAME", help="Only what this person has reviewed.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@setting_options
def list_(
    states: tuple[str, ...],
    detections: tuple[str, ...],
    rules: tuple[str, ...],
    people: tuple[str, ...],
    output_format: str,
    **settings: Any,
) -> None:
    """List tickets, and the groups that have none, with what people and code say of them.

    Exit status: 0 done; 2 usage or internal error.
    """
    project = project_of(settings_of(settings))
    wanted = _Wanted(states, detections, rules, people)
    tickets = [one for one in project.found if wanted.ticket(one)]
    new = [one for one in project.scanned.scan.new if wanted.group(one)]
    shown = {one.reading.name for one in tickets}
    history = project.history()
    everything = project.scanned.scan.disagreements(lambda reading: history.of(sites_of(reading.ticket)).commit)
    disagreements = [one for one in everything if one.reading.name in shown]
    if output_format == "json":
        to_standard_output([json.dumps(_document(project, tickets, new, disagreements), indent=2)])
        return
    to_standard_output(_table(project, tickets, new))
    for told in disagreements:
        click.echo(f"{one_line(told.reading.ticket.id or told.reading.name)}: {one_line(told.message)}", err=True)
    click.echo(f"{counted(len(tickets), 'ticket')}, {counted(len(new), 'group')} without a ticket", err=True)


def _document(
    project: Project,
    tickets: Iterable[Found],
    new: Iterable[Group],
    disagreements: Iterable[Disagreement],
) -> dict[str, Any]:
    reviewers = project.config.reviewers
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": TOOL,
        "tickets": [ticket_object(one, reviewers, project.file(one.reading.name)) for one in tickets],
        "new": [new_object(group) for group in new],
        "disagreements": [
            {"id": one.reading.ticket.id, "file": project.file(one.reading.name), "message": one.message}
            for one in disagreements
        ],
    }


def _table(project: Project, tickets: Iterable[Found], new: Iterable[Group]) -> Iterator[str]:
    """Columns as wide as what stands in them; the last one takes what is left."""
    style = style_of(sys.stdout)
    rows = [_row(one, project.config.reviewers) for one in tickets]
    rows += [(_NONE, _NONE, Detection.NEW.value, one.severity.value, one.rule, _NONE, title_of(one)) for one in new]
    if not rows:
        return
    cells = [_HEADS, *(tuple(one_line(cell) for cell in row) for row in rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(_HEADS) - 1)]
    for number, row in enumerate(cells):
        padded = (f"{cell}{'':{size - width(cell)}}" for cell, size in zip(row, widths, strict=False))
        line = cut("  ".join((*padded, row[-1])), style.width).rstrip()
        yield paint(line, "quiet", style) if number == 0 else line


def _row(one: Found, reviewers: int) -> tuple[str, ...]:
    ticket = one.reading.ticket
    decided = decision_of(one, reviewers)
    words = decided.words
    if decided.objection is not None:
        words += f", objection to {decided.objection.value}"
    if decided.stale:
        words += f", {len(decided.stale)} STALE"
    return (
        ticket.id or one.reading.name,
        one.reading.state.value,
        one.detection.value,
        ticket.severity.value if ticket.severity else _NONE,
        ticket.rule or (one.group.rule if one.group else _NONE),
        words,
        ticket.title,
    )
