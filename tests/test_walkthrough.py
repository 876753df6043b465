"""The walk through a fix is real: its commands are run, one after the other, and print what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.console import LEFT_OUT, played, unmatched

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "fix-walkthrough.md"


def test_the_commands_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "sample_code", clone / "sample_code", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", clone)
    monkeypatch.chdir(clone)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = {path: path.read_bytes() for path in clone.rglob("*.py")}
    commands = played(PAGE, capsys)
    assert ["fix", "--undo"] in commands and len(commands) > 5
    assert before == {path: path.read_bytes() for path in clone.rglob("*.py")}


@pytest.mark.parametrize(
    ("shown", "printed", "rest"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a"], ["a", "b"], ["b"]),
        (["a", LEFT_OUT], ["a", "b"], []),
        ([LEFT_OUT, "b"], ["a", "b"], []),
        ([LEFT_OUT, "b"], ["a", "b", "c"], ["c"]),
        (["a", "c"], ["a", "b"], ["c"]),
        ([LEFT_OUT, "d"], ["a", "b"], ["d"]),
        (["a", LEFT_OUT, "c", "d"], ["a", "b", "c", "e"], ["d"]),
    ],
)
def test_lines_are_compared_with_what_may_be_left_out(shown: list[str], printed: list[str], rest: list[str]) -> None:
    assert unmatched(shown, printed) == rest
