"""The command line: arguments in; results on standard output, all else on standard error, and an exit status out.

A thin shell: each verb is one module here, imported only when it is asked for, and calls what other rooms offer.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum

import click

from esper_lint import __version__
from esper_lint.cli.delivery import abandon_standard_output
from esper_lint.config import ConfigError, did_you_mean

PROGRAM = "esper-lint"
VERBS = {
    "baseline": "Write down what is there, so that only what is new is reported.",
    "check": "Find near-duplicate modules and say how they differ.",
    "config": "Print every setting, its value and where it came from.",
    "contract": "Declare that classes or functions are meant to be alike.",
    "dashboard": "Review groups and their tickets in a browser.",
    "explain": "Print the page of a rule, or list the rules.",
    "fix": "Give copies one place for what they share, with a proof.",
    "history": "Count groups and duplicated lines over git's history.",
    "index": "Build, describe or clear the index that makes runs quick.",
    "report": "Write what the dashboard shows into one HTML file.",
    "review": "Give a verdict on a finding, in its ticket.",
    "tickets": "Keep the review records of findings in step with the code.",
    "verify": "Run two versions of the same modules in torch and compare them.",
}


class Exit(IntEnum):
    """What an exit status means, in every verb."""

    CLEAN = 0
    FINDINGS = 1
    ERROR = 2
    ROLLED_BACK = 3
    INTERRUPTED = 130  # 128 + SIGINT, as shells count
    READER_GONE = 141  # 128 + SIGPIPE: `esper-lint check | head` has the status that any other program would have


class LazyGroup(click.Group):
    """The verbs, without importing any of them for ``--help``, ``--version`` or another verb."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"esper_lint.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS:
            ctx.fail(f"no such command {args[0]!r}{did_you_mean(args[0], VERBS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.version_option(__version__, prog_name=PROGRAM)
def verbs() -> None:
    """Finds copy-pasted PyTorch modules and says exactly how the copies differ."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status; nothing is raised, and nothing that went wrong takes two lines."""
    try:
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        abandon_standard_output()
        return Exit.READER_GONE
    except KeyboardInterrupt:
        return _failed("interrupted", Exit.INTERRUPTED)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else PROGRAM
        message = error.format_message().rstrip(".")
        return _failed(f"{message[:1].lower()}{message[1:]} (see '{command} --help')")
    except click.ClickException as error:
        return _failed(error.format_message())
    except ConfigError as error:
        return _failed(str(error))
    except OSError as error:
        abandon_standard_output()
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:  # the last resort: a bug of ours is one line too
        if os.environ.get("ESPER_LINT_TRACEBACK"):
            import traceback  # a tenth of the time to start, for what hardly ever happens

            traceback.print_exc()
        return _failed(
            f"internal error: {type(error).__name__}: {error} (ESPER_LINT_TRACEBACK=1 shows where; please report it)"
        )


def _run(arguments: list[str]) -> int:
    # A terminal or pipe in another encoding gets an escape where it cannot show a character, never a crash.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    # Not click's own `main`: it exits 1 (our "findings") on a closed pipe and calls an EOFError an interruption.
    try:
        with verbs.make_context(PROGRAM, arguments) as context:
            return int(verbs.invoke(context) or Exit.CLEAN)
    except click.exceptions.Exit as finished:  # --help, --version
        return finished.exit_code


def _failed(message: str, status: Exit = Exit.ERROR) -> int:
    with suppress(OSError):  # a reader of standard error that has gone cannot be told so
        click.echo(f"{PROGRAM}: {' '.join(message.split())}", err=True)
    return status
