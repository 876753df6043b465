"""``esper-lint tickets import``: the verdicts that were given on the static report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.settings import setting_options
from esper_lint.cli.tickets.common import Project, project_of, settings_of, today
from esper_lint.rules.excerpt import one_line
from esper_lint.tickets.importing import Imported, Importer, NotVerdicts, Refused, verdicts_in
from esper_lint.wording import counted


@click.command("import")
@click.argument("file", metavar="FILE")
@setting_options
def import_(file: str, **settings: Any) -> int:
    """Write the verdicts of a FILE that the report has downloaded into the tickets. A ticket that has changed since the
    report was made refuses its verdicts, unless nothing but the reviews of others has changed.

    Exit status: 0 all are written; 1 some were refused; 2 usage or internal error.
    """
    try:
        given = verdicts_in(Path(file).read_bytes())
    except NotVerdicts as error:
        raise click.UsageError(f"{file}: {error}") from error
    project = project_of(settings_of(settings))
    importer = Importer(
        project.scanned.folder,
        project.scanned.scan,
        project.maker(),
        today=today(),
        support_word=project.config.support_word,
    )
    refused = 0
    for one in given:
        outcome = importer.imported(one)
        name = one_line(one.ticket or one.group)
        who = one_line(one.reviewer)
        if isinstance(outcome, Refused):
            refused += 1
            click.echo(f"esper-lint: {name}: {who}: {one_line(outcome.message)}", err=True)
        else:
            to_standard_output([_line(project, outcome, who)])
    click.echo(f"{counted(len(given) - refused, 'verdict')} written, {refused} refused", err=True)
    return Exit.FINDINGS if refused else Exit.CLEAN


def _line(project: Project, outcome: Imported, who: str) -> str:
    return f"{one_line(project.file(outcome.name))}: {outcome.how.value}: {who}"
