"""``esper-lint tickets show``: all that is known of one ticket."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.settings import setting_options
from esper_lint.cli.terminal import style_of
from esper_lint.cli.tickets.common import Project, meant, project_of, settings_of
from esper_lint.findings import Group
from esper_lint.output.colour import paint
from esper_lint.output.format import Style
from esper_lint.output.schema import TOOL
from esper_lint.rules.excerpt import one_line
from esper_lint.tickets.detection import Detection, Found
from esper_lint.tickets.documents import SCHEMA_VERSION, Object, decision_of, new_object, ticket_object
from esper_lint.tickets.making import title_of

_WIDTH = 100


@click.command("show")
@click.argument("name", metavar="ID")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@setting_options
def show(name: str, output_format: str, **settings: Any) -> None:
    """Print a ticket, or a group that has none: ID is that of a ticket or of a clone group.

    Exit status: 0 done; 2 usage or internal error.
    """
    project = project_of(settings_of(settings))
    one = meant(project, name)
    if output_format == "json":
        key = "new" if isinstance(one, Group) else "ticket"
        document = {"schema_version": SCHEMA_VERSION, "tool": TOOL, key: _object(project, one)}
        to_standard_output([json.dumps(document, indent=2)])
    else:
        style = style_of(sys.stdout)
        to_standard_output(_group(one, style) if isinstance(one, Group) else _ticket(project, one, style))


def _object(project: Project, one: Found | Group) -> Object:
    if isinstance(one, Group):
        return new_object(one)
    return ticket_object(one, project.config.reviewers, project.file(one.reading.name))


def _group(group: Group, style: Style) -> Iterator[str]:
    state = f"silent: {group.suppressed.kind}, {one_line(group.suppressed.where)}" if group.suppressed else "no ticket"
    yield paint(f"group {group.id}  {title_of(group)}", "place", style)
    yield _pair("detection", Detection.NEW.value if not group.suppressed else state, style)
    yield _pair("rule", f"{group.rule}, {group.severity.value}", style)
    for member in group.members:
        yield _pair("member", f"{one_line(member.path)}:{member.line} {one_line(member.qualname)}", style)


def _ticket(project: Project, one: Found, style: Style) -> Iterator[str]:
    found = ticket_object(one, project.config.reviewers, project.file(one.reading.name))
    yield paint(f"{one_line(found['id'])}  {one_line(found['title'])}", "place", style)
    yield _pair("file", found["file"], style)
    yield _pair("state", f"{found['state']}{_bracketed(found['resolution'])}", style)
    yield _pair("detection", f"{found['detection']}{_bracketed(one.why or one.contract)}", style)
    rule = ", ".join(part for part in (found["rule"], found["severity"], found["group"] or "") if part)
    if rule:
        yield _pair("rule", rule, style)
    for member in found["members"]:
        yield _pair("member", f"{member['path']}{_line(member['line'])} {member['qualname']}", style)
    yield _pair("reviews", _decided(one, project.config.reviewers), style)
    for review in found["reviews"]:
        yield from _review(review, style)
    for related in found["related"]:
        note = f": {related['note']}" if related["note"] else ""
        yield _pair(related["kind"], f"{related['id']}{note}", style)


def _decided(one: Found, reviewers: int) -> str:
    decided = decision_of(one, reviewers)
    parts = [decided.words]
    if decided.suggests is not None:
        parts.append(f"suggests {decided.suggests.value}")
    if decided.severity is not None:
        parts.append(f"proposes {decided.severity.value}")
    if decided.objection is not None:
        parts.append(f"objection to {decided.objection.value} blocks fix")
    return "; ".join(parts)


def _review(review: Object, style: Style) -> Iterator[str]:
    qualifier = f" ({review['qualifier']})" if review["qualifier"] else ""
    stale = ", STALE: the code has changed since" if review["is_stale"] else ""
    date = f", {review['date']}" if review["date"] else ""
    verdict = review["verdict"] or "no verdict"
    yield ""
    head = f"{review['reviewer'] or 'a reviewer'}: {verdict}{qualifier}{date}{stale}"
    yield paint(f"  {one_line(head)}", "code", style)
    for line in review["evaluation"].split("\n"):
        yield from textwrap.wrap(
            one_line(line), min(style.width, _WIDTH), initial_indent="    ", subsequent_indent="    "
        )


def _pair(label: str, text: str, style: Style) -> str:
    return f"  {paint(f'{label:<10}', 'help', style)} {one_line(text)}"


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""


def _line(line: int) -> str:
    return f":{line}" if line else ""
