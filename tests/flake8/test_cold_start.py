"""A tree that is not in the index: flake8 waits only so long, says what is missing, and many may come at once."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esper_lint import analysis, flake8_plugin
from esper_lint.config import load
from esper_lint.findings import Report
from esper_lint.index import stats
from esper_lint.rules import RULES, Example, expected_findings
from tests.flake8.running import answer, check, flake8_here, start_flake8
from tests.trees import project, seed

TWINS = seed("One") + "\n\n" + seed("Two", noqa="  # noqa: ESP102").partition("\n\n\n")[2]
FILES = {"a.py": TWINS, "b.py": seed("B"), "c.py": seed("C")}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Every comparison of a tree takes too long; the seconds that each was given."""
    given: list[float | None] = []

    def late(*arguments: Any, patience_s: float | None, **keywords: Any) -> Report:
        given.append(patience_s)
        raise analysis.OutOfPatience

    monkeypatch.setattr(analysis, "analyse", late)
    return given


def test_out_of_patience_the_clones_within_the_file_are_left(tmp_path: Path, waits: list[float | None]) -> None:
    said = flake8_here(project(tmp_path, FILES), "--select=ESP1,ESP2,ESP9")
    alone = project(tmp_path / "alone", {"a.py": TWINS})
    found = [row for row in check(alone).rows if "ESP202" not in row]  # what it silences may lie in another file
    assert found and [row for row in said.rows if "ESP901" not in row] == found
    assert [row.split(" ")[0] for row in said.rows if "ESP901" in row] == ["a.py:1:1:", "b.py:1:1:", "c.py:1:1:"]


def test_only_the_first_file_of_a_process_waits(tmp_path: Path, waits: list[float | None]) -> None:
    flake8_here(project(tmp_path, FILES))
    assert waits == [10, 0, 0]


@pytest.mark.parametrize(("limit", "given"), [("7", [7, 0]), ("0", [None, None])])
def test_the_limit_is_a_setting(tmp_path: Path, waits: list[float | None], limit: str, given: list[float]) -> None:
    flake8_here(project(tmp_path, FILES, f"cold-start-limit = {limit}"), "a.py", "b.py")
    flake8_plugin._waited_in_vain.clear()
    flake8_here(project(tmp_path, FILES), f"--esper-cold-start-limit={limit}", "a.py", "b.py")
    assert waits == given * 2


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], False),
        (["--select=ESP"], False),
        (["--select=E,W,F"], False),
        (["--ignore=W5"], False),  # this replaces flake8's list of codes that are off by default
        (["--extend-select=ESP901"], True),
        (["--select=ESP9"], True),
        (["--extend-select=ESP901", "--extend-ignore=ESP901"], False),
    ],
)
def test_what_is_missing_is_said_on_request(
    tmp_path: Path, waits: list[float | None], arguments: list[str], shown: bool
) -> None:
    assert ("ESP901" in flake8_here(project(tmp_path, FILES), *arguments).codes) is shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], ["."]),
        (
            ["--esper-threshold=90", "--esper-exclude=x/,y z", "--esper-respect-gitignore=no", "--esper-jobs=1"],
            ["--threshold", "90", "--exclude", "x/,y,z", "--no-respect-gitignore", "."],
        ),
        (["--esper-cache-dir=my cache"], ["--cache-dir", "my cache", "."]),
    ],
)
def test_the_command_is_for_the_same_tree_and_settings(
    tmp_path: Path, waits: list[float | None], options: list[str], words: list[str]
) -> None:
    said = flake8_here(project(tmp_path, FILES), "--select=ESP901", *options, "b.py")
    assert said.rows[0].startswith("b.py:1:1: ESP901 only copies within this file are reported: ")
    assert shlex.split(said.rows[0].split("`")[1]) == ["esper-lint", "index", *words]


def test_what_the_command_has_learnt_needs_no_patience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(tmp_path / "project", FILES)
    settled(folder)
    arguments = ("--select=ESP1,ESP2,ESP9", f"--esper-cache-dir={tmp_path / 'cache'}", "b.py", "c.py")
    impatient(monkeypatch)
    cold = flake8_here(folder, *arguments)
    assert cold.codes == ["ESP901", "ESP901"]
    impatient(monkeypatch)
    command = shlex.split(cold.rows[0].split("`")[1])
    subprocess.run([sys.executable, "-m", "esper_lint", *command[1:]], cwd=folder, check=True, capture_output=True)
    assert flake8_here(folder, *arguments).rows == check(folder, "b.py", "c.py").rows != []


@pytest.mark.parametrize("example", [*RULES["ESP901"].invalid, *RULES["ESP901"].valid])
def test_the_examples_of_the_rule_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Example) -> None:
    """The invalid ones without an index and time to make one, the valid ones with."""
    folder = project(tmp_path, example)
    if example in RULES["ESP901"].invalid:
        impatient(monkeypatch)
    marks = {f"{name}:{line} {code}" for name, line, code in expected_findings(example)}
    rows = flake8_here(folder, "--select=ESP1,ESP901").rows
    assert {f"{':'.join(row.split(':')[:2])} {row.split(' ')[1]}" for row in rows} == marks


def test_twenty_cold_starts_make_one_index(tmp_path: Path) -> None:
    files = {f"m{number}.py": seed(f"M{number}") for number in range(6)}
    folder = project(tmp_path / "project", files)
    settled(folder)
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    runs = [start_flake8(folder, "-j1", "--select=ESP", env=env) for _ in range(20)]
    said = [answer(run) for run in runs]
    assert {run.err for run in said} == {""}
    assert [run.rows for run in said] == [check(folder).rows] * 20
    caches = [path.parent for path in (tmp_path / "cache").rglob("*.sqlite")]
    assert len(caches) == 1
    assert stats(load(str(folder), {"cache-dir": str(caches[0])}).config)["stamps"] == len(files)


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process had waited in vain for whatever it will be asked."""

    class Everything(set[str]):
        def __contains__(self, item: object) -> bool:
            return True

    monkeypatch.setattr(flake8_plugin, "_waited_in_vain", Everything())


def settled(folder: Path) -> None:
    """Files that were changed just now are read anew by every run; these were not."""
    for path in folder.rglob("*.py"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
