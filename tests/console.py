"""Pages with commands and what they print -> the commands, and whether it is what was printed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from esper_lint.cli import main

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "[...]"


def steps(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the lines that are said to follow it."""
    for block in _CONSOLE.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def unmatched(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """What of the lines shown does not follow in what was printed; anything may stand where lines are left out."""
    at, is_open = 0, False
    for number, line in enumerate(shown):
        if line == LEFT_OUT:
            is_open = True
            continue
        while is_open and at < len(printed) and printed[at] != line:
            at += 1
        if at >= len(printed) or printed[at] != line:
            return list(shown[number:])
        at, is_open = at + 1, False
    return [] if is_open else list(printed[at:])


def played(page: Path, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The arguments of all commands of a page, each of which was run here and printed what the page shows."""
    commands = []
    for command, shown in steps(page):
        program, *arguments = shlex.split(command)
        assert program == "esper-lint"
        main(arguments)
        printed = capsys.readouterr()
        assert unmatched(shown, [*printed.out.splitlines(), *printed.err.splitlines()]) == [], command
        commands.append(arguments)
    return commands
