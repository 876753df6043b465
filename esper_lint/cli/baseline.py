"""``esper-lint baseline``: write down the groups that there are, so that only new ones are reported from now on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import click

from esper_lint.analysis import gather
from esper_lint.cli.delivery import to_file
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.config import Config
from esper_lint.discovery.files import FileSet, UnknownPath
from esper_lint.evidence import Evidence
from esper_lint.judging import is_settled, judge
from esper_lint.pyproject import TABLE, shown
from esper_lint.suppression.baseline import Baseline, Entry, entry_of
from esper_lint.suppression.baseline_file import lines_of, read_baseline
from esper_lint.wording import counted

DEFAULT_NAME = ".esper-lint-baseline.json"


@click.command("baseline")
@click.argument("paths", nargs=-1)
@click.option("--output", metavar="FILE", help=f"Where to write; else the setting, else {DEFAULT_NAME}.")
@click.option("updating", "--update", is_flag=True, help="Only drop what is no longer there, of the whole file.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the index.")
@setting_options
def command(paths: tuple[str, ...], output: str | None, updating: bool, no_cache: bool, **settings: Any) -> None:
    """Write the groups that a check of PATHS (by default, here) reports to a file, and `check --baseline` will not.

    Exit status: 0 done, 2 usage or internal error.
    """
    named = paths or (os.curdir,)
    config = resolve(named, settings).config
    target = os.path.abspath(output or config.baseline or os.path.join(config.project, DEFAULT_NAME))
    if os.path.isdir(target):
        raise click.UsageError(f"{shown(target)} is a folder")
    if not os.path.isdir(os.path.dirname(target)):
        raise click.UsageError(f"the folder of {shown(target)} does not exist")
    known = read_baseline(replace(config, baseline=target)) if updating else None
    with TerminalProgress() as progress:
        try:
            files, evidence = gather(
                named, config, cwd=os.getcwd(), use_cache=not no_cache, progress=progress, everything=updating
            )
        except UnknownPath as error:
            raise click.UsageError(str(error)) from error
    if known is None:
        entries = list(_found(files, evidence, config))
    elif is_settled(config, files.roots):
        unread = (*evidence.errors, *files.unread)
        entries = [entry for entry in known.as_now((told.group for told in evidence.groups), unread) if entry]
    else:
        raise click.UsageError(f"--update must see all of {shown(config.project)}: name that folder, or set roots")
    lines = list(lines_of(entries))
    if not _holds(target, lines):
        to_file(target, lines)
    click.echo("; ".join([f"{shown(target)}: {_size(entries)}", *_remarks(known, entries, target, config)]), err=True)


def _found(files: FileSet, evidence: Evidence, config: Config) -> Iterator[Entry]:
    """An entry for every group that is reported without a baseline, of those of its members that are."""
    report = judge(evidence, config, errors=files.errors, settled=False)
    active = {(finding.group, finding.fingerprint) for finding in report.active}
    for group in report.groups:
        members = [member for member in group.members if (group.id, member.fingerprint) in active]
        if any(member.path in files.selected for member in members):
            yield entry_of(group.rule, group.unit, members)


def _holds(path: str, lines: Sequence[str]) -> bool:
    """Whether a file need not be written."""
    data = "".join(f"{line}\n" for line in lines).encode()
    if not os.path.isfile(path) or os.path.getsize(path) != len(data):  # a device may never end
        return False
    with suppress(OSError), open(path, "rb") as stream:
        return stream.read() == data
    return False


def _remarks(known: Baseline | None, entries: Sequence[Entry], target: str, config: Config) -> Iterator[str]:
    if known is not None:
        groups = len(known.entries) - len(entries)
        members = _members(known.entries) - _members(entries)
        yield f"{counted(groups, 'group')} and {counted(members, 'member')} pruned" if members else "nothing to prune"
    elif target != config.baseline:
        yield f"check hides them with --baseline or, set in [tool.{TABLE}], baseline"


def _size(entries: Sequence[Entry]) -> str:
    return f"{counted(len(entries), 'group')}, {counted(_members(entries), 'member')}"


def _members(entries: Sequence[Entry]) -> int:
    return sum(len(entry.members) for entry in entries)
