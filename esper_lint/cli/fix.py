"""``esper-lint fix``: plan, then show or write."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esper_lint.analysis import gather
from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.fix_output import Outcome, fix_document, told
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.config import Config
from esper_lint.discovery.files import UnknownPath
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.fixes import Overridden
from esper_lint.fixing.journal import journal_of
from esper_lint.fixing.lockstep.planning import plan
from esper_lint.fixing.planning import planned
from esper_lint.fixing.texts import text_of
from esper_lint.fixing.transaction import NothingToUndo, RolledBack, commit, interrupted, undo
from esper_lint.fixing.wishes import Wishes
from esper_lint.rules.excerpt import printable
from esper_lint.tree import TreeChanged
from esper_lint.wording import counted

if TYPE_CHECKING:
    from esper_lint.cli.fix_verify import FixReplay


@click.command("fix")
@click.argument("paths", nargs=-1)
@click.option("with_diff", "--diff", is_flag=True, help="Print what would change, and write nothing.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if a file was changed.")
@click.option("undoing", "--undo", is_flag=True, help="Restore the files that the last fix of this project changed.")
@click.option("is_unsafe", "--unsafe-fixes", is_flag=True, help="Make fixes too that keep less than all behaviour.")
@click.option("--group", metavar="ID", default="", help="Fix only the group of this id, or of one that begins so.")
@click.option("--helper-name", metavar="NAME", default="", help="What the helper is to be called; goes with --group.")
@click.option("--override", metavar="REASON", help="Make fixes too that reviewers object to, and say why.")
@click.option("with_verify", "--verify", is_flag=True, help="Write only what replay in torch finds to do the same.")
@click.option("recordings", "--recording", metavar="FILE", multiple=True, help="Cases for --verify; can be repeated.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@setting_options
def command(
    paths: tuple[str, ...],
    with_diff: bool,
    exit_non_zero_on_fix: bool,
    undoing: bool,
    is_unsafe: bool,
    group: str,
    helper_name: str,
    override: str | None,
    with_verify: bool,
    recordings: tuple[str, ...],
    output_format: str,
    **settings: Any,
) -> int:
    """Extract what duplicated forwards in PATHS (by default, here) share into helpers, each with a certificate that
    nothing else changed; re-sync the members of contracts that no longer agree (ESP201).

    Exit status: 0 done, even if some were refused; 1 changes pending under --diff; 2 usage or internal error;
    3 a write failed, or --verify refuted a fix, and all was rolled back.
    """
    named = paths or (os.curdir,)
    config = resolve(named, settings).config
    journal = journal_of(config)
    if undoing:
        if with_diff or exit_non_zero_on_fix:
            raise click.UsageError("--undo goes with neither --diff nor --exit-non-zero-on-fix")
        return _undo(journal)
    if not with_diff and interrupted(journal):
        raise click.UsageError("the last fix was interrupted; --undo restores its files")
    if helper_name and not group:
        raise click.UsageError("--helper-name names the helper of one group; say which with --group")
    if recordings and not with_verify:
        raise click.UsageError("--recording goes with --verify")
    reason = " ".join((override or "").split())
    if override is not None and not reason:
        raise click.UsageError("--override: say why")
    wishes = Wishes(is_unsafe, group, helper_name, override=reason)
    with TerminalProgress() as progress:
        replay = _replay(recordings, config, progress) if with_verify else None
        try:
            outcome = _planned(named, config, wishes, progress, replay)
        except (UnknownPath, TreeChanged) as error:
            raise click.UsageError(str(error)) from error
    is_refuted = replay is not None and replay.is_refuted
    is_written = not with_diff and not is_refuted
    if outcome.edits and is_written:
        try:
            commit(outcome.edits, journal)
        except RolledBack as error:
            return rolled_back(error)
    unnoted = _noted(config, outcome.fixes.overridden) if outcome.edits and is_written else []
    if output_format == "json":
        to_standard_output([json.dumps(fix_document(outcome, is_written=is_written), indent=2)])
    elif with_diff:
        to_standard_output(line for edit in outcome.edits for line in unified(edit))
    for line in told(outcome, is_written=is_written):
        click.echo(line, err=True)
    for message in unnoted:
        click.echo(f"esper-lint: {printable(message)}", err=True)
    if is_refuted:
        click.echo("esper-lint: a fix was refuted, so nothing was written (see FX-VERIFY)", err=True)
        return Exit.ROLLED_BACK
    if unnoted:
        return Exit.ERROR
    return Exit.FINDINGS if outcome.edits and (with_diff or exit_non_zero_on_fix) else Exit.CLEAN


def _replay(recordings: Sequence[str], config: Config, progress: TerminalProgress) -> FixReplay:
    """Most runs verify nothing, and load nothing for it."""
    from esper_lint.cli.fix_verify import FixReplay

    return FixReplay(recordings, config, progress)


def _noted(config: Config, overridden: Sequence[Overridden]) -> list[str]:
    """Note in the tickets why their objections were overridden; what could not be noted, and why."""
    if not overridden:
        return []
    from esper_lint.tickets.overriding import noted

    return noted(config, overridden, date.today().isoformat())


def _planned(
    paths: Sequence[str], config: Config, wishes: Wishes, progress: TerminalProgress, replay: FixReplay | None
) -> Outcome:
    """Contracts first: what they hold in lock-step is not extracted."""
    files, _ = gather(paths, config, cwd=os.getcwd(), progress=progress)  # and the index knows the tree from here on
    resync = plan(files, config, progress)
    kept = {edit.name: edit.after for edit in resync.edits if edit.after is not None}
    fixes = planned(files, config, wishes, progress, kept, gate=replay)
    return Outcome(resync, fixes, replay.records_of(fixes) if replay is not None else None)


def unified(edit: FileEdit) -> Iterator[str]:
    """The lines of a unified diff of one file, with their own ends shown where these differ from the rest."""
    before, after = (_ended(data or b"") for data in (edit.before, edit.after))
    old = f"a/{edit.name}" if edit.before is not None else os.devnull
    new = f"b/{edit.name}" if edit.after is not None else os.devnull
    for line in difflib.unified_diff(before, after, old, new):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _ended(data: bytes) -> list[str]:
    text = text_of(data)
    ends = (
        "\n" if end == "\n" else f"{end}\n" if end else "" for end in (end.replace("\r\n", "\r") for end in text.ends)
    )
    lines = [line + end for line, end in zip(text.lines, ends, strict=True)]
    return lines if lines[-1] else lines[:-1]


def _undo(journal: Path) -> int:
    try:
        restored = undo(journal)
    except NothingToUndo as error:
        raise click.UsageError(str(error)) from error
    except RolledBack as error:
        return rolled_back(error)
    click.echo(f"restored {counted(len(restored), 'file')}", err=True)
    return Exit.CLEAN


def rolled_back(error: RolledBack) -> int:
    """Say so, and the exit status of it."""
    click.echo(f"esper-lint: {printable(str(error))}", err=True)
    return Exit.ROLLED_BACK
