"""``esper-lint verify``: run two versions of the same classes in torch, and say whether they do the same."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import click

from esper_lint.analysis import analyse, gather
from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.cli.terminal import style_of
from esper_lint.cli.verify_cases import given
from esper_lint.cli.verify_output import advice, lines, summary, verify_document
from esper_lint.config import Config
from esper_lint.discovery.files import UnknownPath
from esper_lint.findings import Group
from esper_lint.fixing.lockstep.planning import plan
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.git import GitError
from esper_lint.tree import TreeChanged
from esper_lint.verification.records import Status
from esper_lint.verification.running import INSTALL, Asked, asked_of_fixes, has_torch, verified, with_groups
from esper_lint.verification.testing import TIME_LIMIT_S, Command
from esper_lint.verification.trying import THOROUGH
from esper_lint.verification.verifying import Wants
from esper_lint.verification.versions import Incomparable, of_places, of_revisions


@click.command("verify")
@click.argument("paths", nargs=-1)
@click.option("--group", metavar="ID", default="", help="Verify the pending fix of the group of this id.")
@click.option("is_unsafe", "--unsafe-fixes", is_flag=True, help="Of pending fixes, verify those too that are UNSAFE.")
@click.option("--before", metavar="REV", help="Compare this git revision with --after.")
@click.option("--after", metavar="REV", help="The git revision to compare; by default the working tree.")
@click.option(
    "recordings",
    "--recording",
    metavar="FILE",
    multiple=True,
    help="Cases that `pytest --esper-record FILE` recorded; can be repeated.",
)
@click.option("--cases", metavar="N", type=click.IntRange(1), default=50, help="Cases for each class (50).")
@click.option(
    "--thorough",
    metavar="N",
    type=click.IntRange(0),
    default=THOROUGH,
    help="Run the first N cases in every mode, and the others in two (4).",
)
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, help="What generated cases are drawn from (0).")
@click.option("--time-limit", metavar="S", type=click.FloatRange(0.1), default=60.0, help="Seconds for one case (60).")
@click.option("--memory-limit", metavar="MB", type=click.IntRange(256), default=8192, help="Of one version (8192).")
@click.option("--no-timing", is_flag=True, help="Do not time the forwards.")
@click.option("--no-compile", is_flag=True, help="Do not compare graphs and exports.")
@click.option("tests", "--tests", metavar="COMMAND", default="", help="Run this in both versions: your own tests.")
@click.option(
    "tests_time_limit",
    "--tests-time-limit",
    metavar="S",
    type=click.FloatRange(0.1),
    default=TIME_LIMIT_S,
    help=f"Seconds for one run of the tests ({TIME_LIMIT_S:g}).",
)
@click.option("everything", "--all", is_flag=True, help="Compare classes too that cannot differ.")
@click.option("--output-format", type=click.Choice(["full", "json"]), default="full", help="What to print.")
@setting_options
def command(
    paths: tuple[str, ...],
    group: str,
    is_unsafe: bool,
    before: str | None,
    after: str | None,
    recordings: tuple[str, ...],
    cases: int,
    thorough: int,
    seed: int,
    time_limit: float,
    memory_limit: int,
    no_timing: bool,
    no_compile: bool,
    tests: str,
    tests_time_limit: float,
    everything: bool,
    output_format: str,
    **settings: Any,
) -> int:
    """Run both versions of every class that may differ, and compare all that can be observed of them.

    OLD NEW: two folders or two files. --before and --after: git revisions, of PATHS. Else what `esper-lint fix` would
    write to PATHS (by default, here), or for one group with --group. The code of both versions is run, in processes of
    its own.

    Exit status: 0 nothing was refuted; 2 usage or internal error; 3 a class was refuted, or the tests pass in the old
    version only.
    """
    if not has_torch():
        raise click.ClickException(INSTALL)
    config = resolve(paths or (os.curdir,), settings).config
    wants = Wants(
        cases, thorough, seed, time_limit, memory_limit, with_timing=not no_timing, with_compile=not no_compile
    )
    known = given(recordings, config)
    command_of_tests = _command(tests, tests_time_limit, memory_limit)
    with TerminalProgress() as progress:
        try:
            asked = _asked(paths, config, group, is_unsafe, before, after, everything, progress)
            found = verified(asked, known, wants, config, progress, tests=command_of_tests)
        except (UnknownPath, Incomparable, GitError, TreeChanged) as error:
            raise click.UsageError(str(error)) from error
    if output_format == "json":
        to_standard_output([json.dumps(verify_document(found), indent=2)])
    else:
        to_standard_output(lines(found, style_of(sys.stdout)))
    for line in (*advice(found), summary(found)):
        click.echo(line, err=True)
    is_refuted = any(record.status is Status.REFUTED for record in found.records)
    is_refuted |= found.tests is not None and found.tests.is_refuted
    return Exit.ROLLED_BACK if is_refuted else Exit.CLEAN


def _command(text: str, time_limit_s: float, memory_mb: int) -> Command | None:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise click.UsageError(f"--tests: {error} in {text!r}") from error
    return Command(text, tuple(words), time_limit_s, memory_mb) if words else None


def _asked(
    paths: tuple[str, ...],
    config: Config,
    group: str,
    is_unsafe: bool,
    before: str | None,
    after: str | None,
    everything: bool,
    progress: TerminalProgress,
) -> Asked:
    if after is not None and before is None:
        raise click.UsageError("--after goes with --before")
    if before is not None and (group or is_unsafe):
        raise click.UsageError("--before compares revisions; --group and --unsafe-fixes speak of pending fixes")
    if before is not None:
        missing = [path for path in paths if not os.path.exists(path) and after is None]
        if missing:
            raise UnknownPath(f"no such file or folder: {missing[0]!r}")
        old, new = of_revisions(before, after, config.project)
        asked = Asked(old, new, tuple(map(os.path.realpath, paths)), None, everything)
        return with_groups(
            asked, _groups([path for path in paths if os.path.exists(path)], config, progress), config.project
        )
    if len(paths) == 2 and not group and not is_unsafe:
        old, new = of_places(*paths)
        return with_groups(Asked(old, new, (), None, everything), _groups(paths[:1], config, progress), config.project)
    return _of_fixes(paths or (os.curdir,), config, Wishes(is_unsafe or bool(group), group), everything, progress)


def _groups(paths: Sequence[str], config: Config, progress: TerminalProgress) -> Sequence[Group]:
    """The clones as they are now, silenced or not."""
    return analyse(paths or (os.curdir,), config, cwd=os.getcwd(), progress=progress).groups


def _of_fixes(
    paths: Sequence[str], config: Config, wishes: Wishes, everything: bool, progress: TerminalProgress
) -> Asked:
    files, _ = gather(paths, config, cwd=os.getcwd(), progress=progress)
    resync = plan(files, config, progress)
    kept = {edit.name: edit.after for edit in resync.edits if edit.after is not None}
    fixes = planned(files, config, wishes, progress, kept)
    return asked_of_fixes(fixes.edits, fixes.made, config.project, everything=everything)
