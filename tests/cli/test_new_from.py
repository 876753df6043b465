"""``check --new-from REV``: only what has changed since a revision, whatever else is asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from esper_lint.cli import main
from tests.cli.running import SEED, Run
from tests.repositories import commit, git, repository
from tests.trees import write

EDITED = SEED.replace("        y = F", "        q = q * self.scale\n        y = F")
OTHER = """\
import torch
from torch import nn


class {name}(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mix = nn.Conv1d(channels, 2 * channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)

    def forward(self, x):
        value, gate = self.mix(self.norm(x)).chunk(2, dim=1)
        gated = torch.tanh(value) * torch.sigmoid(gate)
        if self.training:
            gated = torch.dropout(gated, 0.1, True)
        return (x + gated) / 2**0.5
"""


@pytest.fixture
def history(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project in a repository of its own, with one commit."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    write(project, {".gitignore": "ignored/\n"})
    return repository(project, {})


def new(run: Run, *arguments: str, revision: str = "HEAD", data: bytes = b"") -> list[str]:
    """The paths of the findings that are new."""
    outcome = run("check", "--new-from", revision, "--output-format", "json", *arguments, data=data)
    findings = [one["path"] for one in json.loads(outcome.out)["findings"] if one["suppressed"] is None]
    assert outcome.status == (1 if findings else 0), outcome.err
    return findings


def test_nothing_is_new_since_now_and_the_summary_says_what_was_left_out(history: Path, run: Run) -> None:
    outcome = run("check", "--new-from", "HEAD")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err == "0 findings in 3 files, 3 module classes; left out 1 group that is not new since HEAD\n"
    write(history, {"c.py": OTHER.format(name="C"), "d.py": OTHER.format(name="D")})
    commit(history)
    assert run("check", "--new-from", "HEAD").err.endswith("; left out 2 groups that are not new since HEAD\n")


def test_a_new_copy_an_edited_one_and_a_new_pair(history: Path, run: Run) -> None:
    write(history, {"third.py": SEED.format(name="Third")})
    assert new(run) == ["pair.py", "third.py", "twin.py"]
    (history / "third.py").unlink()
    write(history, {"twin.py": EDITED.format(name="Twin")})
    assert new(run) == ["pair.py", "twin.py"]
    commit(history)
    assert new(run) == []
    assert new(run, revision="HEAD~1") == ["pair.py", "twin.py"]
    write(history, {"c.py": OTHER.format(name="C"), "d.py": OTHER.format(name="D")})
    assert new(run) == ["c.py", "d.py"]


def test_what_moved_or_was_deleted_is_not_new(history: Path, run: Run) -> None:
    git(history, "mv", "clean", "renamed")
    git(history, "mv", "pair.py", "renamed/moved.py")
    write(history, {"twin.py": "# moved down\n" * 200 + SEED.format(name="Twin")})
    assert new(run) == []
    write(history, {"third.py": SEED.format(name="Third")})
    commit(history)
    (history / "third.py").unlink()
    assert new(run) == []


def test_paths_choose_what_is_reported_of_it(history: Path, run: Run) -> None:
    write(history, {"third.py": SEED.format(name="Third"), "fresh/c.py": OTHER.format(name="C")})
    write(history, {"fresh/d.py": OTHER.format(name="D")})
    assert new(run, "third.py") == ["third.py"]
    assert new(run, "fresh") == ["fresh/c.py", "fresh/d.py"]
    assert new(run, "fresh/c.py", "clean") == ["fresh/c.py"]
    assert new(run, "twin.py", "clean") == ["twin.py"]


def test_standard_input_stands_for_the_file_of_now(history: Path, run: Run) -> None:
    same = SEED.format(name="Twin").encode()
    assert new(run, "-", "--stdin-filename", "twin.py", data=b"\n" * 9 + same) == []
    assert new(run, "-", "--stdin-filename", "twin.py", data=EDITED.format(name="Twin").encode()) == ["twin.py"]
    assert new(run, "-", "--stdin-filename", "clean/new.py", data=same) == ["clean/new.py"]


def test_comments_and_the_baseline_hide_what_they_hide(history: Path, run: Run) -> None:
    run("baseline")
    baseline = ("--baseline", ".esper-lint-baseline.json")
    write(history, {"twin.py": EDITED.format(name="Twin")})
    assert new(run, *baseline) == []
    write(history, {"third.py": SEED.format(name="Third")})
    assert new(run, *baseline) == ["third.py"]
    write(history, {"third.py": SEED.format(name="Third").replace("(self, x):", "(self, x):  # noqa")})
    assert new(run, *baseline) == []
    assert new(run) == ["pair.py", "twin.py"]


def test_an_entry_that_came_to_be_unused_since_is_new_and_an_older_one_is_not(history: Path, run: Run) -> None:
    run("baseline")
    (history / "twin.py").unlink()
    baseline = ("--baseline", ".esper-lint-baseline.json")
    assert new(run, *baseline) == [".esper-lint-baseline.json"]
    commit(history)
    assert new(run, *baseline) == []


def test_errors_are_new_once(history: Path, run: Run) -> None:
    write(history, {"bad.py": "def forward(:\n"})
    assert new(run) == ["bad.py"]
    commit(history)
    assert new(run) == []


def test_every_format_and_the_statistics_are_of_what_is_new(history: Path, run: Run) -> None:
    write(history, {"c.py": OTHER.format(name="C"), "d.py": OTHER.format(name="D")})
    concise = run(
        "check", "--new-from", "HEAD", "--output-format", "concise", "--statistics", "--output", "json=a.json"
    )
    assert [line.partition(":")[0] for line in concise.out.splitlines()[:2]] == ["c.py", "d.py"]
    assert "2  in all, in 1 group" in concise.out
    document = json.loads((history / "a.json").read_text(encoding="utf-8"))
    assert (document["summary"]["groups"], document["summary"]["findings"], len(document["groups"])) == (1, 2, 1)
    assert document["summary"]["files"] == 5


@pytest.mark.parametrize("settings", ["", 'roots = ["src"]\n', 'roots = ["src", "fresh"]\n', 'roots = ["."]\n'])
@pytest.mark.parametrize("cached", [True, False])
def test_a_project_in_a_folder_of_the_repository(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, settings: str, cached: bool
) -> None:
    table = f"[tool.esper_lint]\n{settings}"
    inner = tmp_path / "r" / "package"
    repository(tmp_path / "r", {"package/src/a.py": SEED.format(name="A"), "package/src/b.py": SEED.format(name="B")})
    write(inner, {"pyproject.toml": table, "fresh/c.py": "x = 1\n"})
    monkeypatch.chdir(inner)
    options = () if cached else ("--no-cache",)
    assert new(run, *options) == []
    write(inner, {"src/c.py": SEED.format(name="C")})
    assert new(run, *options) == new(run, "src", *options) == ["src/a.py", "src/b.py", "src/c.py"]
    monkeypatch.chdir(tmp_path / "r")
    assert new(run, "package", *options) == ["src/a.py", "src/b.py", "src/c.py"]


def test_without_settings_paths_say_what_is_compared_then_too(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = repository(tmp_path / "r", {"src/a.py": SEED.format(name="A"), "lib/b.py": SEED.format(name="B")})
    monkeypatch.chdir(made)
    write(made, {"src/c.py": SEED.format(name="C")})
    assert new(run, "src") == ["src/a.py", "src/c.py"]
    assert new(run, "src/c.py") == ["src/c.py"]
    assert new(run) == ["lib/b.py", "src/a.py", "src/c.py"]
    commit(made)
    assert new(run, "src") == new(run, "src/c.py") == new(run) == []


def test_what_git_ignores_is_ignored_then_as_now(history: Path, run: Run) -> None:
    write(history, {"ignored/c.py": SEED.format(name="C")})
    git(history, "add", "--force", "ignored")
    commit(history)
    assert new(run) == []
    assert new(run, "--no-respect-gitignore") == []
    assert new(run, "--no-respect-gitignore", revision="HEAD~1") == ["ignored/c.py", "pair.py", "twin.py"]


def test_a_run_leaves_no_file_and_no_change_behind(history: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    before = git(history, "status", "--porcelain", "--ignored")
    assert run("check", "--new-from", "HEAD", env={"TMPDIR": str(tmp_path / "temporary")}).status == 0
    assert list((tmp_path / "temporary").iterdir()) == []
    assert git(history, "status", "--porcelain", "--ignored") == before


def test_the_index_is_none_the_worse_for_it(history: Path, run: Run) -> None:
    write(history, {"twin.py": EDITED.format(name="Twin"), "third.py": SEED.format(name="Third")})
    commit(history)
    plain = run("check", "--no-cache", "--output-format", "json").out
    assert new(run, revision="HEAD~1") == ["pair.py", "third.py", "twin.py"]  # what it learns first is of the revision
    assert run("check", "--output-format", "json").out == plain
    assert new(run, revision="HEAD~1") == ["pair.py", "third.py", "twin.py"]
    assert run("check", "--output-format", "json").out == plain


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--new-from nowhere", "--new-from: no such revision: 'nowhere' (see 'esper-lint check --help')"),
        ("--new-from -x", "--new-from: no such revision: '-x'"),
        ("--new-from HEAD nowhere", "no such file or folder: 'nowhere'"),
    ],
)
def test_a_mistake_is_one_line(history: Path, capsys: pytest.CaptureFixture[str], arguments: str, message: str) -> None:
    assert main(["check", *arguments.split()]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("esper-lint: ") and message in err


def test_outside_of_git_it_is_a_mistake_too(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert main(["check", "--new-from", "HEAD"]) == 2
    assert capsys.readouterr().err.startswith("esper-lint: --new-from: . is not in a git repository")
