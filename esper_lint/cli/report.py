"""``esper-lint report``: what the dashboard shows, in one HTML file."""

from __future__ import annotations

import os
from typing import Any

import click

from esper_lint.cli import Exit
from esper_lint.cli.delivery import to_file
from esper_lint.cli.extras import required
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.discovery.files import UnknownPath
from esper_lint.tickets.store import NotWritten
from esper_lint.tree import TreeChanged
from esper_lint.wording import counted


@click.command("report")
@click.argument("paths", nargs=-1)
@click.option("target", "-o", "--output", metavar="FILE.html", required=True, help="The file to write.")
@click.option("verify", "--verify", metavar="FILE", multiple=True, help="JSON of `verify` to show; can be repeated.")
@click.option(
    "with_plans", "--with-fixes", is_flag=True, help="Plan all fixes and show them; takes minutes on large trees."
)
@setting_options
def command(paths: tuple[str, ...], target: str, verify: tuple[str, ...], with_plans: bool, **settings: Any) -> int:
    """Write one HTML file with all clone groups in PATHS (by default, here), any two members of each side by side, and
    the tickets. It needs neither a server nor a network, and takes verdicts for `tickets import`.

    Exit status: 0 written, 2 usage or internal error.
    """
    with required("report"):
        import markdown_it  # noqa: F401  # tickets are Markdown, and are rendered last

        from esper_lint.dashboard.board import board_of
        from esper_lint.dashboard.equivalence import NotVerification
        from esper_lint.dashboard.fix_preview import plans_of
        from esper_lint.dashboard.one_file import one_file
    named = paths or (os.curdir,)
    if os.path.isdir(target):
        raise click.UsageError(f"{target!r} is a folder")
    config = resolve(named, settings).config
    with TerminalProgress() as progress:
        try:
            plans = plans_of(config, named, os.getcwd(), progress) if with_plans else None
            board = board_of(config, named, os.getcwd(), verify=verify, plans=plans, progress=progress)
        except (UnknownPath, TreeChanged, NotVerification, NotWritten) as error:
            raise click.UsageError(str(error)) from error
        progress.stage("writing", 0)
        text = one_file(board)
    to_file(target, [text])
    click.echo(f"{counted(len(board.report.groups), 'group')} in {target}", err=True)
    return Exit.CLEAN
