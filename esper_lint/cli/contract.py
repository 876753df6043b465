"""``esper-lint contract``: declare that definitions are meant to be alike."""

from __future__ import annotations

import os
import re
from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.fix import rolled_back, unified
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.discovery.files import UnknownPath
from esper_lint.fixing.journal import journal_of
from esper_lint.fixing.lockstep.declaring import CannotDeclare, declared
from esper_lint.fixing.transaction import RolledBack, commit, interrupted
from esper_lint.selection import on_disk
from esper_lint.tree import TreeChanged
from esper_lint.wording import counted

_NAME = re.compile(r"[\w.\-]+")


@click.command("contract")
@click.argument("members", nargs=-1, metavar="A B [C]...")
@click.option("--name", metavar="NAME", default="", help="What to call the contract; else what their names share.")
@click.option("--reason", metavar="TEXT", default="", help="Why the duplicate is meant.")
@click.option("with_diff", "--diff", is_flag=True, help="Print what would change, and write nothing.")
@setting_options
def command(members: tuple[str, ...], name: str, reason: str, with_diff: bool, **settings: Any) -> int:
    """Write the comments that hold classes, methods or functions in lock-step; the others follow A.

    Each is PATH:QUALNAME, or the end of a qualname that only one has. Renames and gaps are proposed from how they
    differ. Exit status: 0 done; 1 changes pending under --diff; 2 usage or internal error, or members that differ in
    ways that no contract can express; 3 a write failed and all was rolled back.
    """
    if len(members) < 2:
        raise click.UsageError("a contract needs two members or more")
    if name and not _NAME.fullmatch(name):
        raise click.UsageError(f"{name!r} is no name: use letters, digits, '_', '.' and '-'")
    paths = [one.rpartition(":")[0] for one in members]
    named = [path for path in paths if path] + ([os.curdir] if not all(paths) else [])
    config = resolve(named, settings).config
    journal = journal_of(config)
    if not with_diff and interrupted(journal):
        raise click.UsageError("the last fix was interrupted; 'esper-lint fix --undo' restores its files")
    with TerminalProgress() as progress:
        try:
            files = on_disk(named, config, os.getcwd())
            found = declared(files, config, members, name, reason, progress, os.getcwd())
        except (UnknownPath, TreeChanged) as error:
            raise click.UsageError(str(error)) from error
        except CannotDeclare as error:
            raise click.ClickException(str(error)) from error
    if with_diff:
        to_standard_output(line for edit in found.edits for line in unified(edit))
    else:
        try:
            commit(found.edits, journal)
        except RolledBack as error:
            return rolled_back(error)
    verb = "would write" if with_diff else "wrote"
    size = f"{counted(len(members), 'member')} in {counted(len(found.edits), 'file')}"
    click.echo(f"{verb} contract {found.name}: {size}", err=True)
    return Exit.FINDINGS if with_diff else Exit.CLEAN
