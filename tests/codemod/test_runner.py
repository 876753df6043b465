"""The codemod as its users start it: by LibCST's own runner, in a repository of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fixing.twins import twins
from tests.trees import BODY, project, seed

COMMAND = "esper_lint.codemod.ExtractSharedForward"


def tool(folder: Path, *arguments: str, data: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "libcst.tool", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        input=data,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def codemod(folder: Path, *arguments: str, data: str = "") -> subprocess.CompletedProcess[str]:
    return tool(folder, "codemod", "--hide-progress", "-x", COMMAND, *arguments, data=data)


def repository(folder: Path, files: Mapping[str, str], *, formatter: str = "[]") -> Path:
    """A project that LibCST was initialized in."""
    project(folder, files)
    assert tool(folder, "initialize", ".").returncode == 0
    place = folder / ".libcst.codemod.yaml"
    lines = place.read_text(encoding="utf-8").splitlines()
    lines = [f"formatter: {formatter}" if line.startswith("formatter:") else line for line in lines]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def second() -> str:
    return twins("Third", "Fourth", body=BODY.replace("F.scaled_dot_product_attention(q, k, v)", "q @ k.mT @ v * 0.5"))


FILES = {"models/twins.py": twins(), "models/other.py": seed("Other"), "last/more.py": second()}


@pytest.fixture
def users(tmp_path: Path) -> Path:
    return repository(tmp_path, FILES)


def texts(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_all_files_are_fixed_and_a_second_run_changes_nothing(users: Path, jobs: str) -> None:
    done = codemod(users, "--no-format", "--jobs", jobs, ".")
    assert done.returncode == 0, done.stderr
    assert " - Transformed 3 files successfully." in done.stderr and "0 warnings" in done.stderr
    fixed = texts(users)
    assert "return _plain_forward(self, x)" in fixed["models/twins.py"]
    assert "return _third_forward(self, x)" in fixed["last/more.py"]
    assert fixed["models/other.py"] == FILES["models/other.py"]
    assert codemod(users, "--no-format", "--jobs", jobs, ".").returncode == 0
    assert texts(users) == fixed


def test_many_processes_agree_with_one(tmp_path: Path) -> None:
    files = {f"models/part_{number}.py": twins(f"A{number}", f"B{number}") for number in range(9)}
    trees = [repository(tmp_path / jobs, files) for jobs in "13"]
    for folder in trees:
        done = codemod(folder, "--no-format", "--jobs", folder.name, ".")
        assert done.returncode == 0 and "Failed to codemod 0 files" in done.stderr, done.stderr
    one, many = ({name: (folder / name).read_text(encoding="utf-8") for name in files} for folder in trees)
    assert one == many and all("_forward(self, x)" in text for text in one.values())


def test_a_diff_is_shown_and_nothing_written(users: Path) -> None:
    done = codemod(users, "--no-format", "--unified-diff", "2", "models")
    assert done.returncode == 0 and texts(users) == FILES
    assert "+        return _plain_forward(self, x)" in done.stdout.splitlines()
    assert "--- " + str(users / "models/twins.py") in done.stdout


def test_a_generated_file_is_skipped_unless_asked_for(users: Path) -> None:
    place = users / "models/twins.py"
    place.write_text(f"# @{'generated'}\n{twins()}", encoding="utf-8")
    skipped = codemod(users, "--no-format", "models")
    assert "Skipped codemodding" in skipped.stderr and "_plain_forward" not in place.read_text(encoding="utf-8")
    assert codemod(users, "--no-format", "--include-generated", "models").returncode == 0
    assert "_plain_forward" in place.read_text(encoding="utf-8")


def test_the_formatter_of_the_project_is_run_on_what_was_changed_alone(tmp_path: Path) -> None:
    script = "import sys; sys.stdout.write(sys.stdin.read() + '# formatted\\n')"
    (tmp_path / "format.py").write_text(script, encoding="utf-8")
    users = repository(tmp_path / "users", FILES, formatter=f"[{sys.executable!r}, {str(tmp_path / 'format.py')!r}]")
    assert codemod(users, ".").returncode == 0
    formatted = {name: text.endswith("# formatted\n") for name, text in texts(users).items()}
    assert formatted == {"models/twins.py": True, "models/other.py": False, "last/more.py": True}


def test_its_own_options_are_heard(users: Path) -> None:
    done = codemod(users, "--no-format", "--helper-name", "_attend", "models/twins.py")
    assert done.returncode == 0 and "_attend(self, x)" in texts(users)["models/twins.py"]
    assert codemod(users, "--no-format", "--group", "0000", "last/more.py").returncode == 0
    assert texts(users)["last/more.py"] == FILES["last/more.py"]
    assert "--helper-name NAME" in tool(users, "codemod", "-x", COMMAND, "--help").stdout


def test_warnings_reach_the_user_and_a_bad_file_only_itself(users: Path) -> None:
    (users / "models/twins.py").write_text(twins(other=BODY.replace("self.", "self.my_")), encoding="utf-8")
    (users / "models/bad.py").write_text("def forward(\n", encoding="utf-8")
    done = codemod(users, "--no-format", ".")
    assert "WARNING: line 14: FX-ATTR-KEY" in done.stderr
    assert done.returncode == 1 and "Failed to codemod 1 files." in done.stderr
    assert "_third_forward" in texts(users)["last/more.py"]


def test_standard_input_is_compared_with_itself(users: Path) -> None:
    done = codemod(users, "--no-format", "-", data=twins("Given"))
    assert done.returncode == 0 and "return _given_forward(self, x)" in done.stdout


def test_it_is_found_as_a_command_of_a_configured_module(users: Path) -> None:
    place = users / ".libcst.codemod.yaml"
    text = place.read_text(encoding="utf-8").replace("libcst.codemod.commands", "esper_lint")
    place.write_text(text, encoding="utf-8")
    done = tool(users, "codemod", "--no-format", "--hide-progress", "codemod.ExtractSharedForward", "models")
    assert done.returncode == 0 and "_plain_forward" in texts(users)["models/twins.py"], done.stderr
