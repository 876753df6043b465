"""What the plugin registers, reads of settings, leaves to flake8, and does when something is wrong."""

from __future__ import annotations

import ast
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import pytest
from flake8.api import legacy
from flake8.options.parse_args import parse_args

from esper_lint import analysis
from esper_lint.config import OPTIONS
from esper_lint.flake8_plugin import Plugin
from esper_lint.flake8_settings import task
from esper_lint.rules import RULES
from tests.flake8.running import check, flake8, flake8_here
from tests.trees import BODY, project, seed, write

PAIR = {"a.py": seed("A"), "b.py": seed("B")}
SLOW = {"rich", "click", "libcst", "rapidfuzz", "pathspec", "sqlite3"}


def parsed(*arguments: str) -> Namespace:
    """flake8's options for a command line."""
    options: Namespace = parse_args(["--isolated", *arguments])[1]
    return options


# -- what flake8 loads ------------------------------------------------------------------------------------------------


def loaded(code: str, folder: Path) -> set[str]:
    """The top-level packages that are there after ``code`` was run."""
    code += "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout.split())


def test_nothing_slow_is_imported_when_flake8_starts(tmp_path: Path) -> None:
    start = "from flake8.options.parse_args import parse_args; parse_args(['--isolated'])"
    found = loaded(start, tmp_path)
    assert "esper_lint" in found and not found & SLOW


def test_no_library_of_the_command_line_is_imported_at_all(tmp_path: Path) -> None:
    project(tmp_path, PAIR)
    run = "from flake8.main.cli import main; assert main(['-j1', '-q', '--select=ESP']) == 1"
    found = loaded(run, tmp_path)
    assert "sqlite3" in found and not found & {"rich", "click", "libcst"}


def test_every_setting_but_tables_is_an_option() -> None:
    options = vars(parsed())
    assert {name for name in options if name.startswith("esper_")} == {
        f"esper_{option.attribute}" for option in OPTIONS if not option.is_table
    }
    assert {options[name] for name in options if name.startswith("esper_")} == {None}


def test_help_speaks_of_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    out = " ".join(capsys.readouterr().out.split())
    for option in OPTIONS:
        if not option.is_table:
            assert f"--esper-{option.key} " in out and option.help in out


def test_codes_that_are_off_by_default_are_off_in_flake8() -> None:
    off = {code for code, rule in RULES.items() if not rule.default_on}
    assert "ESP901" in off
    assert off <= set(parsed().extended_default_ignore)


# -- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "attribute", "value"),
    [
        ("--esper-threshold=85", "threshold", 85),
        ("--esper-exclude=a/,b/", "exclude", ("a/", "b/")),
        ("--esper-exclude=", "exclude", ()),
        ("--esper-module-bases=Base Other", "module_bases", ("Base", "Other")),
        ("--esper-roots=src,./lib", "roots", ("src", "lib")),
        ("--esper-include-generated=true", "include_generated", True),
        ("--esper-include-generated=Yes", "include_generated", True),
        ("--esper-respect-gitignore=off", "respect_gitignore", False),
        ("--esper-cold-start-limit=0", "cold_start_limit", 0),
    ],
)
def test_options_win_over_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argument: str, attribute: str, value: object
) -> None:
    project(tmp_path, {}, 'threshold = 70\nexclude = ["c/"]\nroots = ["c"]\nmin-size = 30\n')
    monkeypatch.chdir(tmp_path)
    asked = task("a.py", parsed(argument), str(tmp_path))
    assert getattr(asked.config, attribute) == value
    assert asked.config.min_size == 30


def test_folders_in_a_file_of_flake8_are_meant_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {"setup.cfg": "[flake8]\nesper-roots = ./lib\n", "src/a.py": ""})
    monkeypatch.chdir(tmp_path / "src")
    assert task("a.py", parse_args([])[1], str(tmp_path / "src")).config.roots == ("lib",)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        (["--esper-threshold=101"], "", "flake8 option --esper-threshold: must be from 50 to 100, not 101"),
        (["--esper-threshold=high"], "", "flake8 option --esper-threshold: must be an integer, not 'high'"),
        (["--esper-threshold=" + "9" * 5000], "", "flake8 option --esper-threshold: must be an integer"),
        (["--esper-respect-gitignore=maybe"], "", "--esper-respect-gitignore: must be true or false, not 'maybe'"),
        (["--esper-select=ESP7"], "", "flake8 option --esper-select: no such rule 'ESP7'"),
        (["--esper-exclude=["], "", "exclude"),
        ([], "threshold = 101", "pyproject.toml:2: threshold: must be from 50 to 100, not 101"),
        ([], "treshold = 80", "pyproject.toml:2: unknown setting 'treshold'; did you mean 'threshold'?"),
        ([], 'roots = ["nowhere"]', "nowhere' is not a folder"),
        ([], "threshold = ", "pyproject.toml: not valid TOML"),
    ],
)
def test_a_setting_that_cannot_be_used_is_a_row(
    tmp_path: Path, arguments: Sequence[str], settings: str, message: str
) -> None:
    said = flake8_here(project(tmp_path, PAIR, settings), "--select=ESP", *arguments)
    assert [row.split(" ")[0] for row in said.rows] == ["a.py:1:1:", "b.py:1:1:"]
    assert said.codes == ["ESP900"] * 2 and said.status == 1
    assert all(message in row for row in said.rows)


def test_a_bad_value_in_a_file_of_flake8_is_a_row_too(tmp_path: Path) -> None:
    project(tmp_path, PAIR | {"setup.cfg": "[flake8]\nselect = ESP\nesper-threshold = high\n"})
    said = flake8(tmp_path, "-j2", method="spawn")
    assert said.codes == ["ESP900", "ESP900"] and said.err == ""


def test_two_style_guides_in_one_process_keep_their_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path, PAIR))
    strict = legacy.get_style_guide(select=["ESP"])
    lenient = legacy.get_style_guide(select=["ESP"], esper_exclude=["b.py"], esper_threshold=100)
    assert lenient.check_files(["a.py"]).total_errors == 0
    assert strict.check_files(["a.py"]).total_errors == 1
    assert lenient.check_files(["a.py"]).total_errors == 0


# -- projects and PATHS -----------------------------------------------------------------------------------------------


def test_each_file_belongs_to_the_project_of_its_folder(tmp_path: Path) -> None:
    one, two = project(tmp_path / "one", PAIR), project(tmp_path / "two", {"c.py": seed("C"), "d.py": seed("D")})
    expected = sorted(f"{folder.name}/{row}" for folder in (one, two) for row in check(folder).rows)
    assert len(expected) == 4
    assert flake8_here(tmp_path, "--select=ESP").rows == expected
    assert flake8_here(tmp_path, "--select=ESP", "one", "two/c.py", "two/d.py").rows == expected
    across = flake8_here(tmp_path / "one", "--select=ESP", "a.py", "../two/c.py").rows
    assert across == [f"../{expected[2]}", expected[0].removeprefix("one/")]


@pytest.mark.parametrize("paths", [[], ["."], ["left"], ["left", "right"], ["left/a.py", "right/b.py"]])
def test_without_a_table_the_paths_decide_as_on_the_command_line(tmp_path: Path, paths: list[str]) -> None:
    write(tmp_path, {"left/a.py": seed("A"), "left/c.py": seed("C"), "right/b.py": seed("B")})
    assert flake8_here(tmp_path, "--select=ESP", *paths).rows == check(tmp_path, *paths).rows != []
    write(tmp_path, {"left/pyproject.toml": "[project]\nname = 'left'\n"})  # none of ours, and still a project
    here, there = flake8_here(tmp_path, "--select=ESP", *paths), check(tmp_path, *paths)
    assert [row.partition(":")[2] for row in here.rows] == [row.partition(":")[2] for row in there.rows]


def test_a_file_that_settings_leave_out_is_left_out_unless_it_is_named(tmp_path: Path) -> None:
    project(tmp_path, PAIR | {"old/c.py": seed("C"), "build/d.py": seed("D")}, 'exclude = ["old/"]')
    for paths in ([], ["."], ["old/c.py"], ["build/d.py", "a.py"], ["old"]):
        assert flake8_here(tmp_path, "--select=ESP", *paths).rows == check(tmp_path, *paths).rows != []


def test_outside_of_the_roots_only_what_is_given_is_compared(tmp_path: Path) -> None:
    files = {"src/a.py": seed("A"), "tests/b.py": seed("B"), "tests/c.py": seed("C")}
    folder = project(tmp_path / "project", files, 'roots = ["src"]')
    for paths in ([], ["src"], ["tests/b.py"], ["tests"], ["tests/b.py", "tests/c.py"]):
        assert flake8_here(folder, "--select=ESP", *paths).rows == check(folder, *paths).rows
    assert flake8_here(tmp_path, "--select=ESP").rows == [f"project/{row}" for row in check(folder).rows] != []


def test_a_project_behind_a_link_is_the_same_project(tmp_path: Path) -> None:
    folder = project(tmp_path / "real", PAIR)
    (tmp_path / "link").symlink_to("real")
    expected = [f"link/{row}" for row in check(folder).rows]
    assert flake8_here(tmp_path, "--select=ESP", "link").rows == expected
    assert flake8_here(tmp_path, "--select=ESP", "link/a.py", "link/b.py").rows == expected
    assert flake8_here(tmp_path / "link", "--select=ESP").rows == check(folder).rows


def test_a_path_that_does_not_exist_is_flake8s_to_report(tmp_path: Path) -> None:
    said = flake8_here(project(tmp_path, PAIR), "--select=ESP,E9", "missing.py", "a.py")
    assert said.codes == ["ESP104", "E902"]


def test_a_script_or_stub_is_not_ours_to_read(tmp_path: Path) -> None:
    project(tmp_path, PAIR | {"script": seed("Script"), "stub.pyi": seed("Stub")})
    assert flake8_here(tmp_path, "--select=ESP", "script", "stub.pyi").rows == []


def test_standard_input_needs_neither_a_name_nor_a_file(tmp_path: Path) -> None:
    project(tmp_path, PAIR | {"stdin/c.py": "import torch\n"})
    data = seed("New").encode()
    unnamed = flake8(tmp_path, "--select=ESP", "-", data=data)
    named = flake8(tmp_path, "--select=ESP", "-", "--stdin-display-name=sub/../new.py", data=data)
    expected = check(tmp_path, "-", "--stdin-filename", "new.py", data=data).rows
    assert [row.partition(":")[2] for row in unnamed.rows] == [row.partition(":")[2] for row in expected]
    assert named.rows == expected != []
    nowhere = flake8(tmp_path, "--select=ESP", "-", "--stdin-display-name=none/new.py", data=data)
    assert nowhere.rows == ["none/new.py:1:1: ESP900 none/new.py: no such folder to put standard input in"]


# -- noqa -------------------------------------------------------------------------------------------------------------


def test_noqa_is_flake8s_to_apply(tmp_path: Path) -> None:
    silent = seed("B", noqa="  # noqa: ESP104")
    project(tmp_path, {"a.py": seed("A"), "b.py": silent})
    assert flake8_here(tmp_path, "--select=ESP").rows == check(tmp_path).rows == []
    shown = flake8_here(tmp_path, "--select=ESP", "--disable-noqa").rows
    write(tmp_path, {"b.py": seed("B", noqa="  # another comment")})
    assert shown == check(tmp_path).rows != []


def test_a_plugin_that_looks_for_needless_comments_sees_what_they_silence(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": seed("B"), "c.py": seed("C", noqa="  # noqa: ESP104")})
    text = (tmp_path / "c.py").read_text(encoding="utf-8")
    options = parsed(str(tmp_path / "c.py"))
    plugin = Plugin(ast.parse(text), str(tmp_path / "c.py"), text.splitlines(keepends=True), options)
    assert [(line, column, message[:6]) for line, column, message, _ in plugin.run()] == [(6, 4, "ESP104")]


def test_what_settings_silence_stays_silent(tmp_path: Path) -> None:
    project(tmp_path, PAIR, 'per-file-ignores = {"b.py" = ["ESP104"]}')
    assert flake8_here(tmp_path, "--select=ESP", "--disable-noqa").rows == []


def test_a_decorated_forward_is_silenced_on_its_def_line_only(tmp_path: Path) -> None:
    def decorated(at_decorator: str, at_def: str) -> str:
        text = seed("B", noqa=at_def)
        return text.replace("    def forward", f"    @torch.no_grad(){at_decorator}\n    def forward")

    for comments in (("  # noqa", ""), ("", "  # noqa")):
        project(tmp_path, {"a.py": seed("A"), "b.py": decorated(*comments)})
        assert flake8_here(tmp_path, "--select=ESP").rows == check(tmp_path).rows
    assert check(tmp_path).rows == []


# -- work spared, and work that fails ---------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **keywords: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(analysis, "analyse", fail)


def test_a_bug_of_ours_is_a_row_and_flake8_goes_on(tmp_path: Path, broken: None) -> None:
    said = flake8_here(project(tmp_path, PAIR), "--select=ESP,W292")
    assert said.codes == ["ESP900", "ESP900"]
    assert all("internal error: ZeroDivisionError: a bug" in row for row in said.rows)


def test_the_traceback_of_a_bug_can_be_had(tmp_path: Path, broken: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPER_LINT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        flake8_here(project(tmp_path, PAIR), "--select=ESP")


def test_no_work_is_done_where_nothing_can_be_found(tmp_path: Path, broken: None) -> None:
    project(tmp_path, {"a.py": "import torch\n", "b.py": seed("B")})
    assert flake8_here(tmp_path, "--select=ESP", "a.py").rows == []
    assert flake8_here(tmp_path, "--select=ESP", "--esper-ignore=ESP").rows == []


def test_a_worker_of_flake8_starts_no_workers_of_its_own(tmp_path: Path) -> None:
    """Python forbids it; only large files make a run think of it."""
    large = {f"{name}.py": seed(name) + f"#{'x' * 500_000}\n" for name in ("A", "B", "C")}
    project(tmp_path, large)
    said = flake8(tmp_path, "-j2", "--select=ESP")
    assert said.codes == ["ESP104"] * 3 and said.err == ""


def test_a_body_is_reported_at_its_def_line_and_column(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": seed("B", body=BODY.replace("y.transpose", "torch.transpose"))})
    assert [row.split(" ")[0] for row in flake8_here(tmp_path, "--select=ESP").rows] == ["a.py:6:5:", "b.py:6:5:"]
