"""``esper-lint fix``: plan, then show or write."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.cli.wording import counted
from esper_lint.config import Config
from esper_lint.contracts.book import Place
from esper_lint.discovery.files import UnknownPath
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.lockstep.planning import Fixed, Plan, plan
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.texts import text_of
from esper_lint.fixing.transaction import NothingToUndo, RolledBack, commit, interrupted, journal_path, undo
from esper_lint.index import location, place_in_use
from esper_lint.rules.excerpt import printable
from esper_lint.selection import on_disk
from esper_lint.tree import TreeChanged


@click.command("fix")
@click.argument("paths", nargs=-1)
@click.option("with_diff", "--diff", is_flag=True, help="Print what would change, and write nothing.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if a file was changed.")
@click.option("undoing", "--undo", is_flag=True, help="Restore the files that the last fix of this project changed.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@setting_options
def command(
    paths: tuple[str, ...],
    with_diff: bool,
    exit_non_zero_on_fix: bool,
    undoing: bool,
    output_format: str,
    **settings: Any,
) -> int:
    """Re-sync the members of contracts in PATHS (by default, here) that no longer agree (ESP201).

    The statements that differ are copied from the member that is followed. Other findings are left alone.
    Exit status: 0 done, even if some were refused; 1 changes pending under --diff; 2 usage or internal error;
    3 a write failed and all was rolled back.
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
    with TerminalProgress() as progress:
        try:
            found = plan(on_disk(named, config, os.getcwd()), config, progress)
        except (UnknownPath, TreeChanged) as error:
            raise click.UsageError(str(error)) from error
    if found.edits and not with_diff:
        try:
            commit(found.edits, journal)
        except RolledBack as error:
            return rolled_back(error)
    if output_format == "json":
        to_standard_output([json.dumps(_document(found, is_written=not with_diff), indent=2)])
    elif with_diff:
        to_standard_output(line for edit in found.edits for line in unified(edit))
    for refusal in found.refusals:
        place = f"{printable(refusal.path)}:{refusal.line}"
        click.echo(f"refused: {place} {refusal.code} {printable(refusal.message)}", err=True)
    click.echo(_summary(found, is_written=not with_diff), err=True)
    return Exit.FINDINGS if found.edits and (with_diff or exit_non_zero_on_fix) else Exit.CLEAN


def unified(edit: FileEdit) -> Iterator[str]:
    """The lines of a unified diff of one file, with their own ends shown where these differ from the rest."""
    before, after = (_ended(data) for data in (edit.before, edit.after))
    for line in difflib.unified_diff(before, after, f"a/{edit.name}", f"b/{edit.name}"):
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


def journal_of(config: Config) -> Path:
    """Where the last fix of the project is written down."""
    return journal_path((place_in_use(config) or location(config)).parent, config.project)


def _summary(found: Plan, *, is_written: bool) -> str:
    done = "fixed" if is_written else "would fix"
    refused = f"; refused {len(found.refusals)}" if found.refusals else ""
    if not found.fixed:
        return f"nothing to fix{refused}"
    members, files = counted(len(found.fixed), "member"), counted(len(found.edits), "file")
    return f"{done} {members} in {files}{refused}"


def _document(found: Plan, *, is_written: bool) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "is_written": is_written,
        "files": [edit.name for edit in found.edits],
        "fixed": _fixed(found.fixed),
        "refusals": _refusals(found.refusals),
    }


def _fixed(found: Iterable[Fixed]) -> list[dict[str, Any]]:
    return [
        {"rule": "ESP201", "contract": one.contract, **_place(one.member), "source": _place(one.source)}
        for one in found
    ]


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "qualname": place.qualname, "line": place.line}


def _refusals(found: Sequence[Refusal]) -> list[dict[str, Any]]:
    return [{"code": one.code, "path": one.path, "line": one.line, "message": one.message} for one in found]
