"""``esper-lint explain``: the page of a rule, or of a reason why a fix was refused; or the list of rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from esper_lint.cli.delivery import to_standard_output
from esper_lint.cli.terminal import style_of
from esper_lint.config import did_you_mean
from esper_lint.fixing.refusals import REFUSALS
from esper_lint.rules import RULES


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Print the page of the rule CODE (a name will do too), or of the refusal of a fix; without one, list the rules."""
    if code is None:
        to_standard_output(_listing())
        return
    names = {rule.name: rule.code for rule in RULES.values()}
    refusal = REFUSALS.get(code.upper())
    if refusal is not None:
        to_standard_output(_rendered(refusal.documentation()))
        return
    rule = RULES.get(names.get(code.lower(), code.upper()))
    if rule is None:
        near = did_you_mean(code.upper(), [*RULES, *REFUSALS]) or did_you_mean(code.lower(), names)
        raise click.UsageError(f"no such rule {code!r}{near}")
    to_standard_output(_rendered(rule.documentation()))


def _listing() -> Iterable[str]:
    width = max(len(rule.name) for rule in RULES.values())
    for rule in RULES.values():
        yield f"{rule.code}  {rule.name:<{width}}  {rule.severity.value}  {rule.summary}"


def _rendered(page: str) -> Iterable[str]:
    """The Markdown itself for a pipe or file, and as it is meant to be read on a terminal."""
    style = style_of(sys.stdout)
    if not style.color:
        return page.rstrip().split("\n")
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True, width=style.width, color_system="standard")
    with console.capture() as capture:
        console.print(Markdown(page))
    return capture.get().rstrip().split("\n")
