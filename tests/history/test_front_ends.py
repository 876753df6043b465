"""ESP203 in the command line and in flake8: the same findings, one git log, and one line for what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from esper_lint import git
from esper_lint.cli import main
from esper_lint.config import ConfigError
from tests.flake8.running import check, flake8, flake8_here
from tests.history.stories import BOTH, FIXED, GUARDED, Story, changed, copy, missed

SELECT = ("--select", "ESP203")
IN_FLAKE8 = ("--select=ESP", "--extend-select=ESP203", "--esper-select=ESP203")
A, B = "A a.py:5", "B b.py:5"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """``A`` was fixed and ``B`` was not."""
    story = Story(tmp_path / "r")
    story.commit("fix", {"a.py": copy("A", FIXED)})
    return story


# -- the same everywhere ----------------------------------------------------------------------------------------------


def test_command_line_and_flake8_say_the_same(story: Story) -> None:
    said = check(story.folder, *SELECT)
    assert said.status == 1 and said.codes == ["ESP203", "ESP203"]
    assert story.without_hashes(said.rows[0]) == f"a.py:11:5: ESP203 {changed('A', 'fix', B)}"
    assert flake8(story.folder, *IN_FLAKE8).rows == said.rows
    assert (
        flake8_here(story.folder, *IN_FLAKE8, "b.py").rows == said.rows[1:] == check(story.folder, *SELECT, "b.py").rows
    )


def test_it_is_off_by_default(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "output", lambda *arguments: pytest.fail("git was run"))
    assert story.findings(select=[]) == story.findings(select=["ESP1"]) == []
    assert set(flake8_here(story.folder, "--select=ESP").codes) == {"ESP104"}
    assert story.findings(select=["ESP"], ignore=["ESP203"]) == []


def test_unsaved_text_is_compared_too(story: Story) -> None:
    unsaved = copy("B", FIXED).encode()
    assert check(story.folder, *SELECT, "-", "--stdin-filename", "b.py", data=unsaved).rows == []
    unsaved = copy("B", GUARDED).encode()
    (row,) = check(story.folder, *SELECT, "-", "--stdin-filename", "b.py", data=unsaved).rows
    told = changed("B", "", A, more=1)
    assert row == f"b.py:11:5: ESP203 {told}"
    assert flake8(story.folder, *IN_FLAKE8, "-", "--stdin-display-name=b.py", data=unsaved).rows == [row]


def test_the_group_stands_in_the_json_with_its_findings(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(story.folder)
    assert main(["check", *SELECT, "--output-format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (group,) = document["groups"]
    assert {one["group"] for one in document["findings"]} == {group["id"]} and group["rule"] == "ESP104"
    assert [one["rule"] for one in document["findings"]] == ["ESP203", "ESP203"]
    assert main(["check", *SELECT, "--output-format", "full"]) == 1
    out = capsys.readouterr().out
    assert "scale" in out and out.count("a.py:11:5: ESP203") == 1 and "help: esper-lint explain ESP203" in out
    assert main(["check", *SELECT, "--output-format", "rdjsonl"]) == 1
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert [one["location"]["path"] for one in first["related_locations"]] == ["b.py"]


def test_new_from_reports_what_was_changed_since(story: Story) -> None:
    assert len(check(story.folder, *SELECT, "--new-from", "HEAD~1").rows) == 2
    assert check(story.folder, *SELECT, "--new-from", "HEAD").rows == []


# -- silence ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codes", [": ESP203", ": ESP104", ""])
def test_a_silenced_member_is_out_of_the_group(story: Story, codes: str) -> None:
    story.write({"b.py": copy("B", noqa=f"  # noqa{codes}")})
    assert story.said() == []
    assert [(one.path, one.suppressed and one.suppressed.kind) for one in story.findings()] == [
        ("a.py", "noqa"),
        ("b.py", "noqa"),
    ]
    story.write({"c.py": copy("C")})
    assert story.said() == []  # C is not committed and never agreed with A
    story.commit("copy", {"c.py": copy("C", FIXED)})
    story.commit("guard", {"c.py": copy("C", BOTH)})
    assert story.said() == [missed("A", "guard", "C c.py:5"), changed("C", "guard", A)]


def test_a_comment_that_silences_it_is_in_use(story: Story) -> None:
    story.write({"b.py": copy("B", noqa="  # noqa: ESP203")})
    assert check(story.folder, "--select", "ESP2,ESP203").rows == []
    story.write({"a.py": copy("A"), "b.py": copy("B", noqa="  # noqa: ESP203")})
    assert check(story.folder, "--select", "ESP2,ESP203").codes == ["ESP202"]
    assert check(story.folder, "--select", "ESP1,ESP202").codes == ["ESP104", "ESP104"]  # it is not ours to judge then


def test_settings_silence_it(story: Story) -> None:
    story.write({"pyproject.toml": '[tool.esper_lint.per-file-ignores]\n"b.py" = ["ESP203"]\n'})
    assert story.said() == []
    assert {one.suppressed and one.suppressed.kind for one in story.findings()} == {"per-file"}


def test_a_group_that_the_baseline_knows_is_silent(story: Story) -> None:
    baseline = story.folder / "known.json"
    subprocess.run(
        [sys.executable, "-m", "esper_lint", "baseline", "--output", str(baseline)], cwd=story.folder, check=True
    )
    assert story.said(baseline=str(baseline)) == []
    assert {one.suppressed and one.suppressed.kind for one in story.findings(baseline=str(baseline))} == {"baseline"}
    story.commit("copy", {"c.py": copy("C", FIXED)})
    story.commit("guard", {"c.py": copy("C", BOTH)})
    assert story.said(baseline=str(baseline)) == [changed("C", "guard", A)]


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_a_second_run_asks_git_for_the_name_of_the_commit_only(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    output = git.output

    def listening(folder: str, *arguments: str, data: bytes = b"") -> bytes:
        asked.append(arguments[0])
        return output(folder, *arguments, data=data)

    monkeypatch.setattr(git, "output", listening)
    first = story.findings(cached=True, jobs=1)
    assert asked.count("log") == 1 and asked.count("cat-file") == 1 and len(first) == 2
    asked.clear()
    assert story.findings(cached=True) == first
    assert set(asked) == {"rev-parse"}
    story.write({"b.py": copy("B", GUARDED)})  # nothing but this is new
    assert story.said(cached=True) == [missed("A", "", B, more=1), changed("B", "", A, more=1)]
    assert "log" not in asked
    story.commit("guard", {})
    asked.clear()
    assert story.said(cached=True) == [missed("A", "guard", B, more=1), changed("B", "guard", A, more=1)]
    assert asked.count("log") == 1
    assert story.findings(cached=True) == story.findings(cached=False)


# -- where it cannot be had -------------------------------------------------------------------------------------------


def test_outside_of_a_repository_it_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    plain = tmp_path / "plain"
    plain.mkdir()
    for name in "ab":
        (plain / f"{name}.py").write_text(copy(name.upper()), encoding="utf-8")
    (plain / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    said = check(plain, *SELECT)
    assert (said.status, said.rows) == (2, [])
    assert said.err == "esper-lint: ESP203 needs the history of git: . is not in a git repository\n"
    rows = flake8(plain, *IN_FLAKE8).rows
    told = "ESP900 ESP203 needs the history of git: . is not in a git repository"
    assert rows == [f"{name}.py:1:1: {told}" for name in "ab"]


def test_without_git_it_is_one_line(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^ESP203 needs the history of git: git was not found$"):
        story.findings()


def test_a_damaged_repository_is_one_line(story: Story) -> None:
    place = story.folder / ".git" / "objects" / story.git("rev-parse", "HEAD~1^{tree}")[:2]
    for one in place.iterdir():
        one.unlink()
    with pytest.raises(ConfigError, match=r"^ESP203 needs the history of git: git log: [^\n]+$"):
        story.findings()


def test_a_shallow_clone_is_told_of(story: Story, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    story.git("clone", "--quiet", "--depth=1", f"file://{story.folder}", str(shallow))
    said = check(shallow, *SELECT, env={"GIT_CONFIG_GLOBAL": os.devnull})
    assert (said.status, said.rows) == (0, [])
    assert "the clone is shallow: ESP203 knows no change before its first commit" in said.err
    assert "shallow" not in check(shallow).err
