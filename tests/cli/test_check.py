"""``check`` from the outside: what goes to which stream and file, and what a run says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from esper_lint.cli.check import FULL_UP_TO
from tests.cli.running import SEED, Outcome, Run


def reported(outcome: Outcome) -> list[str]:
    return [finding["path"] for finding in json.loads(outcome.out)["findings"]]


def copies(folder: Path, number: int) -> None:
    for index in range(number):
        (folder / f"copy_{index:02}.py").write_text(SEED.format(name=f"Copy{index}"), encoding="utf-8")


def test_results_go_to_standard_output_and_the_summary_to_standard_error(project: Path, run: Run) -> None:
    outcome = run("check", "--output-format", "concise")
    assert outcome.status == 1
    assert [line.split(":")[0] for line in outcome.out.splitlines()] == ["pair.py", "twin.py"]
    assert outcome.err == "2 findings in 3 files, 3 module classes\n"


def test_paths_choose_what_is_reported_and_not_what_is_compared(project: Path, run: Run) -> None:
    assert reported(run("check", "twin.py", "--output-format", "json")) == ["twin.py"]
    assert reported(run("check", "clean", "--output-format", "json")) == []


def test_neither_the_working_directory_nor_the_order_of_paths_matters(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = run("check", "--output-format", "json", "twin.py", "pair.py")
    monkeypatch.chdir(project / "clean")
    there = run("check", "--output-format", "json", "../pair.py", "../twin.py")
    assert here.out == there.out and here.status == there.status == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_full_is_the_default_up_to_its_limit_and_concise_beyond(project: Path, run: Run, jobs: str) -> None:
    copies(project, FULL_UP_TO - 2)
    few = run("check", "--jobs", jobs)
    assert few.out == run("check", "--output-format", "full").out
    assert "concise" not in few.err
    copies(project, FULL_UP_TO - 1)
    many = run("check", "--jobs", jobs)
    assert many.out == run("check", "--output-format", "concise").out
    assert "--output-format full" in many.err
    assert "--output-format full" not in run("check", "--output-format", "concise").err


def test_every_file_asked_for_is_written_beside_the_text(project: Path, run: Run) -> None:
    outcome = run("check", "--output", "json=a.json", "--output", "jsonl=a.jsonl", "--output", "concise=a.txt")
    assert outcome.status == 1 and outcome.out
    assert (project / "a.json").read_text(encoding="utf-8") == run("check", "--output-format", "json").out
    assert (project / "a.jsonl").read_text(encoding="utf-8") == run("check", "--output-format", "jsonl").out
    assert (project / "a.txt").read_text(encoding="utf-8").startswith("pair.py:")


def test_no_colour_gets_into_files_nor_into_pipes_unless_forced(project: Path, run: Run) -> None:
    assert "\x1b" not in run("check").out
    forced = run("check", "--output", "full=a.txt", env={"FORCE_COLOR": "1"})
    assert "\x1b[" in forced.out
    assert "\x1b" not in (project / "a.txt").read_text(encoding="utf-8")
    assert "\x1b" not in run("check", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_statistics_follow_text_and_never_mix_with_json(project: Path, run: Run) -> None:
    text = run("check", "--output-format", "concise", "--statistics")
    assert "2  in all, in 1 group" in text.out
    document = run("check", "--output-format", "json", "--statistics")
    assert json.loads(document.out)["summary"]["findings"] == 2
    assert "2  in all, in 1 group" in document.err


def test_standard_input_stands_in_for_the_file_that_it_is_named_for(project: Path, run: Run) -> None:
    clean = b"from torch import nn\n\n\nclass Pair(nn.Module):\n    def forward(self, x):\n        return x\n"
    assert run("check").status == 1
    assert run("check", "-", "--stdin-filename", "pair.py", data=clean).status == 0
    assert run("check").status == 1


def test_standard_input_is_compared_with_the_project_and_shown_as_it_is(project: Path, run: Run) -> None:
    moved = "# moved down\n\n\n" + SEED.format(name="Pair")
    outcome = run("check", "-", "--stdin-filename", "pair.py", "--output-format", "full", data=moved.encode())
    assert outcome.status == 1
    assert outcome.out.startswith("pair.py:15:")
    assert "def __init__(self, dim, heads):" in outcome.out


@pytest.mark.parametrize("name", ["new.py", "clean/new.py"])
def test_standard_input_may_be_a_file_that_does_not_exist_yet(project: Path, run: Run, name: str) -> None:
    data = SEED.format(name="New").encode()
    assert reported(run("check", "-", "--stdin-filename", name, "--output-format", "json", data=data)) == [name]


def test_standard_input_needs_no_name(project: Path, run: Run) -> None:
    outcome = run("check", "-", "--output-format", "concise", data=SEED.format(name="New").encode())
    assert outcome.status == 1
    assert outcome.out.startswith("<stdin>:")


@pytest.mark.parametrize(
    ("files", "summary"),
    [
        ({}, "nothing was checked: no Python files in empty\n"),
        ({"a.py": "x = 1\n"}, "nothing was checked: no module classes in empty (1 file)\n"),
    ],
)
def test_a_run_that_checked_nothing_says_so(project: Path, run: Run, files: dict[str, str], summary: str) -> None:
    (project / "empty").mkdir()
    (project / "empty" / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    for name, text in files.items():
        (project / "empty" / name).write_text(text, encoding="utf-8")
    outcome = run("check", "empty")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", summary)


def test_settings_on_the_command_line_win(project: Path, run: Run) -> None:
    assert run("check", "--exclude", "twin.py").status == 0
    assert run("check", "--min-size", "9999", "--min-size-renamed", "9999", "--min-class-size", "9999").status == 0
    assert run("check", "--ignore", "ESP101,ESP104").status == 0


def test_without_a_cache_nothing_is_left_behind(project: Path, run: Run, tmp_path: Path) -> None:
    assert run("check", "--no-cache").status == 1
    assert not (tmp_path / "cache").exists()
    assert not list(project.rglob("*esper*"))


def test_a_terminal_that_cannot_show_a_character_gets_an_escape(project: Path, run: Run) -> None:
    text = SEED.format(name="Zw\u00f6lf")
    (project / "twin.py").write_text(text, encoding="utf-8")
    outcome = run("check", "--output-format", "concise", env={"PYTHONIOENCODING": "ascii"})
    assert outcome.status == 1
    assert "Zw\\xf6lf" in outcome.out


def test_a_name_that_is_no_text_is_checked_too(project: Path, run: Run) -> None:
    (project / "odd\udcff.py").write_text(SEED.format(name="Odd"), encoding="utf-8")
    assert len(reported(run("check", "--output-format", "json"))) == 3
    assert run("check").status == 1


@pytest.mark.parametrize("name", ["nowhere/new.py", "clean"])
def test_standard_input_stands_in_for_a_file_of_a_folder_that_exists(project: Path, run: Run, name: str) -> None:
    outcome = run("check", "-", "--stdin-filename", name, data=b"x = 1\n")
    assert (outcome.status, outcome.out) == (2, "")
    assert name in outcome.err and len(outcome.err.splitlines()) == 1


def test_standard_input_is_not_blamed_for_its_neighbours(project: Path, run: Run) -> None:
    (project / "clean" / "dangling.py").symlink_to("nowhere")
    assert run("check", "-", "--stdin-filename", "clean/new.py", data=b"x = 1\n").status == 0


def test_a_stream_is_written_to_and_not_replaced(project: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.txt"
    command = [
        sys.executable,
        "-m",
        "esper_lint",
        "check",
        "--output",
        "json=/dev/stdout",
        "--output-format",
        "concise",
    ]
    with both.open("w") as stream:
        subprocess.run(command, stdout=stream, stderr=subprocess.DEVNULL, check=False)
    text = both.read_text(encoding="utf-8")
    assert '"schema_version": 1' in text and "\npair.py:" in text
