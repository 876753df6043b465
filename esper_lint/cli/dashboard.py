"""``esper-lint dashboard``: review groups in a browser."""

from __future__ import annotations

import ipaddress
import os
import webbrowser
from threading import Thread
from typing import Any

import click

from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.extras import required
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve, setting_options
from esper_lint.discovery.files import UnknownPath
from esper_lint.tickets.files import NotWritten
from esper_lint.tree import TreeChanged

LOOPBACK = "127.0.0.1"


@click.command("dashboard")
@click.argument("paths", nargs=-1)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="By default, one that is free.")
@click.option("verify", "--verify", metavar="FILE", multiple=True, help="JSON of `verify` to show; can be repeated.")
@click.option("--open", "opening", is_flag=True, help="Open the link in the browser.")
@click.option(
    "--host", metavar="ADDRESS", default=LOOPBACK, help=f"Listen there and not on {LOOPBACK}; needs --expose."
)
@click.option("--expose", is_flag=True, help="Let other machines connect (see docs/dashboard-team.md first).")
@click.option(
    "--trusted-origin",
    "trusted",
    metavar="URL",
    multiple=True,
    help="Where a reverse proxy serves it, such as https://review.example.org.",
)
@setting_options
def command(
    paths: tuple[str, ...],
    port: int,
    opening: bool,
    host: str,
    expose: bool,
    trusted: tuple[str, ...],
    verify: tuple[str, ...],
    **settings: Any,
) -> None:
    """Serve the groups in PATHS (by default, here) and their tickets for review, until Ctrl-C.

    Each line on standard output is a link that signs in one browser; once it was used, the next one is printed.
    Verdicts are written into the ticket files.

    Exit status: 0 ended by Ctrl-C; 2 usage or internal error.
    """
    if host != LOOPBACK and not expose:
        raise click.UsageError(f"--host {host}: other addresses than {LOOPBACK} need --expose")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise click.UsageError(f"--host {host}: not an IP address") from None
    with required("dashboard"):
        import markdown_it  # noqa: F401  # tickets are Markdown, and the first one may come later

        from esper_lint.dashboard.equivalence import NotVerification
        from esper_lint.dashboard.serving.dashboard import Dashboard, Subject
        from esper_lint.dashboard.serving.listening import CannotListen, listener
        from esper_lint.dashboard.serving.origins import origin_of, origins_at
    try:
        proxies = [origin_of(text) for text in trusted]
    except ValueError as error:
        raise click.UsageError(f"--trusted-origin: {error}") from None
    if address.is_unspecified and not proxies:
        raise click.UsageError(f"--host {host}: name what browsers will ask for by --trusted-origin")
    named = paths or (os.curdir,)
    config = resolve(named, settings).config
    try:
        with listener(host, port) as at:
            origins = origins_at(host, at.getsockname()[1], proxies)
            with TerminalProgress() as progress:
                dashboard = Dashboard(Subject(named, config, os.getcwd(), verify), origins, progress)
            to_standard_output([dashboard.link])
            click.echo("serving the dashboard until Ctrl-C", err=True)
            if opening:
                # A browser that runs in the terminal comes back when it is left, and needs the server until then.
                Thread(target=webbrowser.open, args=(dashboard.link,), daemon=True).start()
            dashboard.serve(at)
    except (CannotListen, UnknownPath, TreeChanged, NotVerification, NotWritten) as error:
        raise click.UsageError(str(error)) from error
