"""The walk through a fix is real: its commands are run, one after the other, and print what it says."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from esper_lint.cli import main

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "fix-walkthrough.md"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LEFT_OUT = "[...]"


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the lines that are said to follow it."""
    for block in _CONSOLE.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def unmatched(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """What of the lines shown does not follow in what was printed; anything may stand where lines are left out."""
    at, is_open = 0, False
    for number, line in enumerate(shown):
        if line == _LEFT_OUT:
            is_open = True
            continue
        while is_open and at < len(printed) and printed[at] != line:
            at += 1
        if at >= len(printed) or printed[at] != line:
            return list(shown[number:])
        at, is_open = at + 1, False
    return [] if is_open else list(printed[at:])


def test_the_commands_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "sample_code", clone / "sample_code", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", clone)
    monkeypatch.chdir(clone)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = {path: path.read_bytes() for path in clone.rglob("*.py")}
    commands = []
    for command, shown in steps():
        program, *arguments = shlex.split(command)
        assert program == "esper-lint"
        main(arguments)
        printed = capsys.readouterr()
        assert unmatched(shown, [*printed.out.splitlines(), *printed.err.splitlines()]) == [], command
        commands.append(arguments)
    assert ["fix", "--undo"] in commands and len(commands) > 5
    assert before == {path: path.read_bytes() for path in clone.rglob("*.py")}


@pytest.mark.parametrize(
    ("shown", "printed", "rest"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a"], ["a", "b"], ["b"]),
        (["a", _LEFT_OUT], ["a", "b"], []),
        ([_LEFT_OUT, "b"], ["a", "b"], []),
        ([_LEFT_OUT, "b"], ["a", "b", "c"], ["c"]),
        (["a", "c"], ["a", "b"], ["c"]),
        ([_LEFT_OUT, "d"], ["a", "b"], ["d"]),
        (["a", _LEFT_OUT, "c", "d"], ["a", "b", "c", "e"], ["d"]),
    ],
)
def test_lines_are_compared_with_what_may_be_left_out(shown: list[str], printed: list[str], rest: list[str]) -> None:
    assert unmatched(shown, printed) == rest
