"""``esper-lint check``: find, then say it in the formats asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from esper_lint.analysis import Buffer, analyse
from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_file, to_standard_output
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.cli.terminal import PLAIN_WIDTH, style_of
from esper_lint.config import Config
from esper_lint.discovery.files import UnknownPath
from esper_lint.findings import Report
from esper_lint.judging import needs_histories
from esper_lint.output import FORMATS, Style, statistics
from esper_lint.output.format import loose_last
from esper_lint.rules.excerpt import printable
from esper_lint.sources import FileLines
from esper_lint.tree import TreeChanged
from esper_lint.wording import counted

TEXT_FORMATS = ("full", "concise")
_NOTES = 10
FULL_UP_TO = 20  # findings; beyond it, snippets bury what they illustrate
STANDARD_INPUT = "-"
FILE_STYLE = Style(color=False, width=PLAIN_WIDTH)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One ``--output FORMAT=FILE``."""

    format: str
    path: str


def _deliveries(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[Delivery, ...]:
    """What ``--output`` asks for, refused before the run rather than after it."""
    deliveries = []
    for value in values:
        form, _, path = value.partition("=")
        if not path:
            raise click.BadParameter(f"{value!r} is not of the form FORMAT=FILE")
        if form not in FORMATS:
            raise click.BadParameter(f"{form!r} is not one of {', '.join(FORMATS)}")
        if os.path.isdir(path):
            raise click.BadParameter(f"{path!r} is a folder")
        if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            raise click.BadParameter(f"the folder of {path!r} does not exist")
        deliveries.append(Delivery(form, path))
    return tuple(deliveries)


@click.command("check")
@click.argument("paths", nargs=-1)
@click.option(
    "--output-format",
    type=click.Choice(list(FORMATS)),
    help=f"What to print. By default full, or concise beyond {FULL_UP_TO} findings.",
)
@click.option(
    "outputs",
    "--output",
    metavar="FORMAT=FILE",
    multiple=True,
    callback=_deliveries,
    help="Write a file too; can be repeated.",
)
@click.option("--statistics", "with_statistics", is_flag=True, help="Append counts by rule.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the index.")
@click.option("show_fixes", "--show-fixes", is_flag=True, help="Plan and prove fixes, write none, and mark findings.")
@click.option("--new-from", metavar="REV", help="Report only groups that are new or changed since a git revision.")
@click.option("--stdin-filename", metavar="NAME", help="The file that standard input, given as '-', stands in for.")
@setting_options
def command(
    paths: tuple[str, ...],
    output_format: str | None,
    outputs: tuple[Delivery, ...],
    with_statistics: bool,
    no_cache: bool,
    show_fixes: bool,
    new_from: str | None,
    stdin_filename: str | None,
    **settings: Any,
) -> int:
    """Find near-duplicate modules among all files of the project, and report those in PATHS (by default, here).

    '-' reads one file from standard input. Exit status: 0 clean, 1 findings, 2 usage or internal error.
    """
    buffer = _standard_input(paths, stdin_filename)
    named = [buffer.name if buffer and path == STANDARD_INPUT else path for path in paths or (os.curdir,)]
    config = resolve(named, settings).config
    with TerminalProgress() as progress:
        try:
            report, left_out = _run(new_from, named, config, buffer, not no_cache, progress)
            if show_fixes:
                from esper_lint.cli.show_fixes import with_fixes

                report = with_fixes(report, named, config, buffer=buffer, use_cache=not no_cache, progress=progress)
        except (UnknownPath, TreeChanged) as error:
            raise click.UsageError(str(error)) from error
    sources = FileLines(config.project, buffer)
    # Files first: a reader of standard output that leaves early must not cost a file.
    for output in outputs:
        to_file(output.path, FORMATS[output.format](report, sources, FILE_STYLE))
    form = output_format or ("full" if len(report.active) <= FULL_UP_TO else "concise")
    to_standard_output(FORMATS[form](report, sources, style_of(sys.stdout)))
    if output_format is None and form == "concise":
        _note("shown concisely; --output-format full has the snippets")
    if with_statistics and form in TEXT_FORMATS:
        to_standard_output(statistics(report))
    elif with_statistics:
        _note("\n".join(statistics(report)))  # text within JSON would make it no JSON
    for note in report.notes[:_NOTES]:
        _note(f"{printable(note.path)}:{note.line}: note: {printable(note.message)}")
    if len(report.notes) > _NOTES:
        _note(f"{len(report.notes) - _NOTES} more notes; --output-format json has them all")
    _note(_summary(report, named) + _omission(left_out, new_from))
    if show_fixes:
        from esper_lint.cli.show_fixes import told

        _note(told(report))
    if needs_histories(config):
        _note_if_shallow(config)
    return Exit.FINDINGS if report.active else Exit.CLEAN


def _run(
    new_from: str | None,
    paths: Sequence[str],
    config: Config,
    buffer: Buffer | None,
    use_cache: bool,
    progress: TerminalProgress,
) -> tuple[Report, int]:
    """The report, and how many groups ``--new-from`` left out of it."""
    if new_from is None:
        return analyse(paths, config, cwd=os.getcwd(), buffer=buffer, use_cache=use_cache, progress=progress), 0
    from esper_lint.cli.new_from import analyse_since

    return analyse_since(new_from, paths, config, buffer=buffer, use_cache=use_cache, progress=progress)


def _note_if_shallow(config: Config) -> None:
    from esper_lint.history import is_shallow

    if is_shallow(config.project):
        _note("the clone is shallow: ESP203 knows no change before its first commit (`git fetch --unshallow`)")


def _standard_input(paths: Sequence[str], name: str | None) -> Buffer | None:
    if STANDARD_INPUT in paths:
        return Buffer(name or "<stdin>", sys.stdin.buffer.read())
    if name is not None:
        raise click.UsageError("--stdin-filename names what '-' reads; give '-' as a path too")
    return None


def _summary(report: Report, paths: Sequence[str]) -> str:
    found, active = report.summary, len(report.active)
    where = ", ".join(paths)
    if not found.files:
        return f"nothing was checked: no Python files in {where}"
    seen = f"{counted(found.files, 'file')}, {counted(found.module_classes, 'module class', 'es')}"
    if not found.module_classes and not active:
        return f"nothing was checked: no module classes in {where} ({counted(found.files, 'file')})"
    silent = len(report.findings) - active
    told = f"{counted(active, 'finding')}" + (f" ({silent} suppressed)" if silent else "")
    loose = len(loose_last(report)[1])
    return f"{told} in {seen}" + (f"; {loose} of them in loose groups" if loose else "")


def _omission(groups: int, revision: str | None) -> str:
    """What ``--new-from`` kept from the report."""
    if not groups:
        return ""
    return f"; left out {counted(groups, 'group')} that {'is' if groups == 1 else 'are'} not new since {revision}"


def _note(text: str) -> None:
    click.echo(text, err=True)
