"""A project's own tests are run in both versions, each with the code of that version, and can do no harm."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.progress import Silence
from esper_lint.verification.pairing import inventory
from esper_lint.verification.testing import Command, OwnTests, Ran, own_tests
from esper_lint.verification.versions import Incomparable, Version, of_places, of_revisions
from tests.repositories import commit, repository
from tests.trees import write
from tests.verification.test_process import dies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="commands are run by workers")

NET = "VALUE = {}\n"
# What makes src a place of modules; nothing imports it, so no test needs torch.
MODEL = "from torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"
# Whatever way a test has of finding the code.
CHECK = """\
import os, pathlib, sys

import net

here = pathlib.Path(__file__).resolve().parent.parent
is_first = "VALUE = 1" in (here / "src/net.py").read_text()
told = {"import": net.VALUE, "resolved": is_first, "cwd": os.getcwd() == str(here)}
print(told)
sys.exit(0 if told == {"import": 1, "resolved": True, "cwd": True} else 1)
"""
CHECKED = f"{sys.executable} tests/check.py"
PROJECT = {
    "pyproject.toml": "[tool.esper_lint]\n",
    "src/model.py": MODEL,
    "tests/check.py": CHECK,
    "words.txt": "word",
}


def command(text: str, **others: float) -> Command:
    return Command(text, tuple(shlex.split(text)), **others)  # type: ignore[arg-type]


def ran(old: Version, new: Version, folder: Path, asked: Command) -> OwnTests | None:
    config = load(str(folder), {"jobs": 1}).config
    held = [inventory(one, (), config, Silence(), use_cache=False) for one in (old, new)]
    return own_tests(held[0], held[1], asked, config, Silence())


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A project whose last commit, and then the working tree, changed what its tests want."""
    place = repository(tmp_path / "top", {**PROJECT, "src/net.py": NET.format(1)})
    commit(place, {"src/net.py": NET.format(2)})
    write(place, {"src/net.py": NET.format(1) + "# again\n"})
    return place


def check(values: tuple[int, int]) -> tuple[Ran, Ran]:
    one, other = (
        Ran(
            0 if value == 1 else 1,
            f"exit status {0 if value == 1 else 1}",
            str({"import": value, "resolved": value == 1, "cwd": True}),
        )
        for value in values
    )
    return one, other


@pytest.mark.parametrize(
    ("revisions", "values", "outcome", "is_refuted"),
    [
        (("HEAD~1", None), (1, 1), "passed", False),
        (("HEAD~1", "HEAD"), (1, 2), "failed", True),
        (("HEAD", "HEAD~1"), (2, 1), "passed", False),
        (("HEAD", None), (2, 1), "passed", False),
    ],
)
def test_each_version_is_tested_with_its_own_code(
    top: Path,
    revisions: tuple[str, str | None],
    values: tuple[int, int],
    outcome: str,
    is_refuted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = top.parent / "installed"
    write(elsewhere, {"net.py": "VALUE = 'the installed one'"})
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    before = sorted(path for path in top.rglob("*") if ".git" not in path.parts)
    found = ran(*of_revisions(*revisions, str(top)), top, command(CHECKED))
    assert found is not None
    assert (found.old, found.new) == check(values)
    assert (found.outcome, found.is_refuted) == (outcome, is_refuted)
    assert sorted(path for path in top.rglob("*") if ".git" not in path.parts) == before


def test_what_fails_in_both_versions_has_not_passed_and_refutes_nothing(top: Path) -> None:
    found = ran(*of_revisions("HEAD", None, str(top)), top, command(f'{sys.executable} -c "raise SystemExit(5)"'))
    assert found is not None and found.old == found.new == Ran(5, "exit status 5")
    assert found.outcome == "failed" and not found.is_refuted


def test_a_project_may_lie_in_a_repository_of_more(tmp_path: Path) -> None:
    inner = {f"inner/{path}": text for path, text in PROJECT.items()}
    top = repository(tmp_path / "top", {**inner, "inner/src/net.py": NET.format(2)})
    write(top, {"inner/src/net.py": NET.format(1)})
    place = top / "inner"
    found = ran(*of_revisions("HEAD", None, str(place)), place, command(CHECKED))
    assert found is not None and (found.old, found.new) == check((2, 1))


def test_two_projects_are_each_tested_by_their_own_tests(tmp_path: Path) -> None:
    write(tmp_path, {f"one/{path}": text for path, text in {**PROJECT, "src/net.py": NET.format(1)}.items()})
    write(tmp_path, {f"two/{path}": text for path, text in {**PROJECT, "src/net.py": NET.format(3)}.items()})
    places = of_places(str(tmp_path / "one"), str(tmp_path / "two"))
    found = ran(*places, tmp_path / "one", command(CHECKED))
    assert found is not None and (found.old, found.new) == check((1, 3))


def test_two_folders_of_one_project_cannot_be_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}/{path}": "" for name in ("old", "new") for path in ("__init__.py", "net.py")})
    with pytest.raises(Incomparable, match="lie in one project"):
        ran(*of_places(str(tmp_path / "old"), str(tmp_path / "new")), tmp_path, command("true"))


def test_a_version_is_not_tested_against_itself(top: Path) -> None:
    write(top, {"src/net.py": NET.format(2)})
    os.utime(top / "src/net.py", (0, 0))  # git's index knows another time of it
    assert ran(*of_revisions("HEAD", None, str(top)), top, command("false")) is None


def test_a_command_that_is_not_there_is_told_in_a_line(top: Path) -> None:
    with pytest.raises(Incomparable, match=r"^--tests: .*No such file or directory: 'no-such-command'$"):
        ran(*of_revisions("HEAD", None, str(top)), top, command("no-such-command -q"))


HANGING = "import os, subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"
LEAVING = "import subprocess; print('x' * 10**6); print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid)"


@pytest.mark.parametrize(
    ("program", "status", "detail"),
    [
        (HANGING, None, "not done within 2 s"),
        (LEAVING, 0, "exit status 0"),
        ("import os; os.abort()", -6, "killed by SIGABRT"),
        ("import sys; sys.exit(sys.stdin.read() or 7)", 7, "exit status 7"),
        ("kept = bytearray(10**12)", 1, "exit status 1"),
    ],
)
def test_whatever_a_command_does_it_ends_with_all_that_it_started(
    top: Path, program: str, status: int | None, detail: str
) -> None:
    asked = command(f"{sys.executable} -c {shlex.quote(program)}", time_limit_s=2.0 if status is None else 30.0)
    started = time.monotonic()
    found = ran(*of_revisions("HEAD", None, str(top)), top, asked)
    assert found is not None and time.monotonic() - started < 60
    for one in (found.old, found.new):
        assert (one.status, one.detail) == (status, detail) and len(one.output) <= 2_000
        if "sleep" in program and status is not None:
            assert dies(int(one.output.split()[-1]))
