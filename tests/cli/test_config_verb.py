"""``config``: what is in force and why, in a form that can be pasted back."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from esper_lint.cli import main
from esper_lint.config import OPTIONS
from tests.cli.running import Run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEXT = """\
[tool.esper_lint]
threshold = 85
exclude = ["a \\"quoted\\" name", "\\u00e9"]
per-file-ignores = {"tests/*" = ["ESP101"], "docs/*" = []}
verify = {cases = [{class = "a:B", arguments = [{tuple = [0.5, 1e-6]}, true], inputs = {"x" = "3x7 < 2"}}]}
"""


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["config", *arguments]) == 0
    return capsys.readouterr().out


def test_every_setting_is_printed_with_its_origin(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(TEXT, encoding="utf-8")
    out = printed(capsys, "--jobs", "2")
    assert f"# project folder: {project}\n" in out
    assert "threshold = 85  # pyproject.toml:2\n" in out
    assert "jobs = 2  # command line\n" in out
    assert "min-size = 24  # default\n" in out
    assert 'per-file-ignores = {"tests/*" = ["ESP101"], "docs/*" = []}  # pyproject.toml:4\n' in out


def test_what_is_printed_is_toml_that_means_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(TEXT, encoding="utf-8")
    first = printed(capsys)
    table = tomllib.loads(first)["tool"]["esper_lint"]
    assert list(table) == [option.key for option in OPTIONS]
    assert table["exclude"] == ['a "quoted" name', "é"]
    (project / "pyproject.toml").write_text(first, encoding="utf-8")
    assert tomllib.loads(printed(capsys)) == tomllib.loads(first)


def test_json_holds_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(TEXT, encoding="utf-8")
    document = json.loads(printed(capsys, "--output-format", "json", "--select", "ESP101,ESP9", "--select", "ESP103"))
    assert document["project"] == str(project)
    assert list(document["settings"]) == [option.key for option in OPTIONS]
    assert document["settings"]["threshold"] == {"value": 85, "origin": "pyproject.toml:2"}
    assert document["settings"]["select"] == {"value": ["ESP101", "ESP9", "ESP103"], "origin": "command line"}
    assert document["settings"]["per-file-ignores"]["value"] == {"tests/*": ["ESP101"], "docs/*": []}


def test_the_settings_are_those_of_the_path(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "clean" / "pyproject.toml").write_text("[tool.esper_lint]\nthreshold = 66\n", encoding="utf-8")
    assert "threshold = 66  # clean/pyproject.toml:2\n" in printed(capsys, "clean/alone.py")
    assert "threshold = 80  # default\n" in printed(capsys, "pair.py")


def test_a_list_can_be_emptied_and_a_switch_turned_off_from_the_command_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(TEXT, encoding="utf-8")
    out = printed(capsys, "--exclude", "", "--no-respect-gitignore", "--include-generated")
    assert "exclude = []  # command line\n" in out
    assert "respect-gitignore = false  # command line\n" in out
    assert "include-generated = true  # command line\n" in out


def test_any_text_comes_back_as_toml_reads_it(project: Path, run: Run) -> None:
    patterns = ["\U0001f642/*", "a\x7fb", "caf\u00e9", 'say "x"']
    listed = ", ".join(json.dumps(pattern, ensure_ascii=False).replace("\x7f", "\\u007f") for pattern in patterns)
    (project / "pyproject.toml").write_text(f"[tool.esper_lint]\nexclude = [{listed}]\n", encoding="utf-8")
    printed = run("config").out
    assert tomllib.loads(printed)["tool"]["esper_lint"]["exclude"] == patterns
