"""``esper-lint history``: the table, the JSON, and what is said where there is nothing to measure."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.running import Run
from tests.cli.test_json_schemas import DOCS, require_valid
from tests.history.stories import FIXED, Story, copy
from tests.repositories import commit_on

HOSTILE = "\x1b[2J<script>\u202e & 'x' \x07 " + "long " * 60


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    for number, who in enumerate(("AUTHOR", "COMMITTER")):
        monkeypatch.setenv(f"GIT_{who}_DATE", f"2024-05-0{number + 1}T12:00:00Z")
    one = Story(tmp_path / "repository", {"a.py": copy("A"), "b.py": copy("B")})
    one.commit(HOSTILE, {"c.py": copy("C"), "b.py": copy("B", FIXED)})
    one.commit("contract", {name: f"# see\n{copy(name[0].upper(), noqa='  # noqa')}" for name in ("a.py", "c.py")})
    one.git("rm", "--quiet", "a.py")
    one.commit("end")
    monkeypatch.chdir(one.folder)
    return one


def test_a_table_has_a_line_for_each_commit(story: Story, run: Run) -> None:
    outcome = run("history")
    assert (outcome.status, outcome.err) == (0, "4 commits, one of 1; 4 measured in this run\n")
    head, *rows = outcome.out.splitlines()
    assert head.split()[:6] == ["date", "commit", "files", "forwards", "groups", "lines"]
    names = story.git("rev-list", "--reverse", "HEAD").split()
    assert [row.split()[:6] for row in rows] == [
        ["2024-05-02", names[0][:7], "2", "2", "1", "14"],
        ["2024-05-02", names[1][:7], "3", "3", "1", "29"],
        ["2024-05-02", names[2][:7], "3", "3", "0", "0"],
        ["2024-05-02", names[3][:7], "2", "2", "0", "0"],
    ]
    assert rows[0].endswith("  start (1 new)")
    assert rows[1].endswith("… (1 grew, 1 diverged)") and max(map(len, rows)) <= 140
    assert rows[2].endswith("  contract (1 silenced)")
    assert rows[3].endswith("  end (1 shrank)")
    assert outcome.out.isascii() or set(outcome.out) - set("…") <= set(map(chr, range(128)))
    assert "\x1b" not in outcome.out and "\x07" not in outcome.out


def test_a_second_run_says_the_same_and_measures_nothing(story: Story, run: Run) -> None:
    first, second = run("history"), run("history")
    assert (second.out, second.err) == (first.out, "4 commits, one of 1; 0 measured in this run\n")
    assert run("history", "--no-cache").err.endswith("4 measured in this run\n")


def test_the_json_is_as_the_schema_has_it(story: Story, run: Run) -> None:
    document = json.loads(run("history", "--output-format", "json").out)
    require_valid("history", document)
    commits = document["commits"]
    assert [one["time"] for one in commits] == ["2024-05-02T12:00:00Z"] * 4
    assert commits[1]["subject"] == HOSTILE.strip()
    assert [[event["kind"] for event in one["events"]] for one in commits] == [
        ["birth"],
        ["growth", "divergence"],
        ["silenced"],
        ["shrinking"],
    ]
    assert [(one["groups"], one["suppressed_groups"]) for one in commits] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    growth, shrinking = commits[1]["events"][0], commits[3]["events"][0]
    assert (growth["members"], growth["joined"], growth["left"]) == (3, [{"path": "c.py", "qualname": "C"}], [])
    assert (shrinking["members"], shrinking["left"]) == (2, [{"path": "a.py", "qualname": "A"}])
    assert {event["lineage"] for one in commits for event in one["events"]} == {0}


def test_options_choose_commits(story: Story, run: Run) -> None:
    assert run("history", "--every", "2").err.startswith("3 commits, one of 2;")
    assert run("history", "--since", "HEAD~1").err.startswith("1 commit, one of 1;")
    assert run("history", "--most", "2").err.startswith("2 commits, one of 1;")
    assert (
        json.loads(run("history", "--threshold", "100", "--output-format", "json").out)["commits"][1]["findings"] == 2
    )


def mistaken(run: Run, *arguments: str) -> str:
    outcome = run("history", *arguments)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    return outcome.err


def test_where_there_is_nothing_to_measure_one_line_says_why(story: Story, run: Run) -> None:
    assert "neither a revision nor a date such as 2024-05-31: 'x\\x1b'" in mistaken(run, "--since", "x\x1b")
    assert "0 is not in the range" in mistaken(run, "--every", "0")
    assert "0 is not in the range" in mistaken(run, "--most", "0")
    (story.folder / ".git" / "shallow").write_text(story.git("rev-parse", "HEAD~1") + "\n")
    assert "the clone is shallow" in mistaken(run)
    shutil.rmtree(story.folder / ".git")
    assert "is not in a git repository" in mistaken(run)
    story.git("init", "--quiet")
    assert "nothing is committed yet" in mistaken(run)


def told_on_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    commit_on("2024-03-02", monkeypatch)
    story = Story(folder, {"attention.py": copy("Attention"), "linear.py": "from torch import nn\n"})
    story.git("commit", "--quiet", "--amend", "--message=Add the attention seed")
    commit_on("2024-03-09", monkeypatch)
    story.commit("Add a fallback without flex_attention", {"fallback.py": copy("Fallback")})
    commit_on("2024-03-20", monkeypatch)
    story.commit("Add a seed for long sequences", {"long.py": copy("Long")})
    commit_on("2024-04-04", monkeypatch)
    story.commit("Scale the queries", {"attention.py": copy("Attention", FIXED), "long.py": copy("Long", FIXED)})
    commit_on("2024-04-28", monkeypatch)
    story.git("rm", "--quiet", "fallback.py", "long.py")
    story.commit("Give the seeds one attention")
    return story


def test_the_page_shows_what_is_printed(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(told_on_the_page(tmp_path / "told", monkeypatch).folder)
    outcome = run("history")
    page = (DOCS / "history.md").read_text(encoding="utf-8")
    assert f"$ esper-lint history\n{outcome.out}{outcome.err}```" in page


def test_within_a_hook_the_repository_is_that_of_the_files(
    story: Story, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", os.fspath(tmp_path / "elsewhere"))
    assert run("history").err.startswith("4 commits")
