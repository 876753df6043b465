"""``fix`` from the outside when something goes wrong: a kill, a full disk, other writers, and files of every form."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esper_lint.analysis import gather_overlay
from esper_lint.cli import main
from esper_lint.discovery.files import FileSet
from esper_lint.evidence import Evidence
from esper_lint.fixing import rounds, transaction
from esper_lint.fixing.attempting import Attempt, attempted
from tests.cli.running import Run
from tests.fixing.faults import Faults, full
from tests.fixing.twins import spread, twins
from tests.trees import project as project_of
from tests.trees import write

FILES = 29  # and one more that the fix adds
SPREAD = ("fix", "--unsafe-fixes", "models")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of which a fix rewrites every module, and adds one."""
    folder = project_of(tmp_path / "models", spread(FILES))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = project_of(tmp_path / "twin", {"twins.py": twins(), "more.py": ""})
    monkeypatch.chdir(folder)
    return folder


def killed(at: int) -> int:
    """The exit status of a fix that kills itself before its call ``at``."""
    command = [sys.executable, "-m", "tests.fixing.faults", str(at), *SPREAD]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=120).returncode


def test_a_fix_of_many_files_adds_one_and_is_undone(models: Path, run: Run) -> None:
    before = contents(models)
    done = run(*SPREAD)
    assert done.status == 0 and done.err.splitlines()[-1].startswith(f"fixed 1 group in {FILES + 1} files")
    after = contents(models)
    assert after.keys() - before.keys() == {"models/_model_shared.py"} and len(after) == FILES + 3
    assert run("fix", "--undo").err == f"restored {FILES + 1} files\n"
    assert contents(models) == before


def test_wherever_a_fix_is_killed_undo_brings_all_files_back(models: Path, run: Run) -> None:
    before = contents(models)
    # The journal takes the first calls; staging takes three for each file, and to replace them one for each.
    for at in (4, 40, 3 * FILES + 8, 3 * FILES + 20, 4 * FILES):
        assert killed(at) == -signal.SIGKILL, at
        torn = {name for name, data in contents(models).items() if name.endswith(".py") and data != before.get(name)}
        assert len(torn) <= FILES + 1
        if 0 < len(torn) <= FILES:
            assert "interrupted" in run(*SPREAD).err
        if torn:
            assert run("fix", "--undo").status == 0
            assert contents(models) == before, at
    assert run(*SPREAD).status == 0 and all(name.endswith((".py", ".toml")) for name in contents(models))


@pytest.mark.parametrize("at", [0, 1, 3, 50])
def test_a_full_disk_is_told_and_nothing_is_changed(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: int
) -> None:
    before = contents(models)
    with monkeypatch.context() as patch:
        Faults(full, at, stays=True, movers=False).install(patch.setattr)
        assert main(list(SPREAD)) == 3
    assert contents(models) == before
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and "No space left on device; nothing was written" in said[0]


def test_a_file_that_changes_while_the_fix_is_planned_stops_it(
    twin: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = transaction.commit

    def late(*arguments: object) -> None:
        (twin / "twins.py").write_text("mine = 1\n", encoding="utf-8")
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("esper_lint.cli.fix.commit", late)
    assert main(["fix"]) == 3
    message = "esper-lint: twins.py has changed since it was read; nothing was written\n"
    assert capsys.readouterr().err == message
    assert (twin / "twins.py").read_text(encoding="utf-8") == "mine = 1\n"


def test_what_is_saved_while_the_fix_is_planned_is_not_overwritten(
    twin: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slow(*arguments: Any) -> Attempt:
        (twin / "twins.py").write_text("mine = 1\n", encoding="utf-8")
        return attempted(*arguments)

    monkeypatch.setattr(rounds, "attempted", slow)
    assert main(["fix"]) == 3
    assert capsys.readouterr().err == "esper-lint: twins.py has changed since it was read; nothing was written\n"
    assert (twin / "twins.py").read_text(encoding="utf-8") == "mine = 1\n"


def test_what_is_saved_after_it_was_compared_is_not_fixed(
    twin: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = "# mine\n" + twins()

    def gathered(*arguments: Any, **options: Any) -> tuple[FileSet, Evidence]:
        found = gather_overlay(*arguments, **options)
        (twin / "twins.py").write_text(saved, encoding="utf-8")
        return found

    monkeypatch.setattr(rounds, "gather_overlay", gathered)
    assert main(["fix"]) == 2
    assert "twins.py keeps changing while it is read" in capsys.readouterr().err
    assert (twin / "twins.py").read_text(encoding="utf-8") == saved


def test_a_new_file_that_somebody_else_makes_meanwhile_stops_it(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = transaction.commit
    before = contents(models)

    def late(*arguments: object) -> None:
        write(models, {"models/_model_shared.py": "mine = 1\n"})
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("esper_lint.cli.fix.commit", late)
    assert main(list(SPREAD)) == 3
    assert contents(models) == before | {"models/_model_shared.py": b"mine = 1\n"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("locked", ["twins.py", "."])
def test_what_may_not_be_written_is_not(twin: Path, run: Run, locked: str) -> None:
    os.chmod(twin / locked, 0o555)
    try:
        done = run("fix")
    finally:
        os.chmod(twin / locked, 0o755)
    assert done.status == 3 and "Permission denied; nothing was written" in done.err
    assert (twin / "twins.py").read_text(encoding="utf-8") == twins()


def test_two_fixes_at_once_are_one(models: Path) -> None:
    command = [sys.executable, "-m", "esper_lint", *SPREAD]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    runs = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
    told = [one.communicate(timeout=120)[1].decode() for one in runs]
    statuses = [one.returncode for one in runs]
    # The second one has found nothing to do, the files changed under its hands, or a fix that was not done yet.
    assert 0 in statuses and set(statuses) <= {0, 2, 3}, told
    assert not any("Traceback" in one or "internal" in one for one in told)
    assert "return _model_forward(self, x)" in (models / "models/model_7.py").read_text(encoding="utf-8")
    assert all(name.endswith((".py", ".toml")) for name in contents(models))
    main(["fix", "--undo"])
    assert {name: data.decode() for name, data in contents(models).items() if "model" in name} == spread(FILES)


FORMS = {
    "CRLF": twins().replace("\n", "\r\n").encode(),
    "tabs": twins().replace("    ", "\t").encode(),
    "form feed": twins().replace("\n\n\nclass Wide", "\n\x0c\nclass Wide").encode(),
    "no final newline": twins().rstrip("\n").encode(),
    "latin-1": f"# -*- coding: latin-1 -*-\n# façade\n{twins()}".encode("latin-1"),
    "byte order mark": b"\xef\xbb\xbf" + twins().encode(),
    "CRLF here and there": twins().replace("\n    def forward", "\r\n    def forward").encode(),
}
KEPT = {
    "CRLF": b"    return x + module.out(y.transpose(1, 2).reshape(b, n, d))\r\n",
    "tabs": b"\n\treturn x + module.out",
    "form feed": b"\n\x0c\nclass Wide",
    "no final newline": b"return _plain_forward(self, x)",
    "latin-1": "# façade\n".encode("latin-1"),
    "byte order mark": b"\xef\xbb\xbfimport torch\n",
    "CRLF here and there": b"\r\n    def forward",
}


@pytest.mark.parametrize("form", FORMS)
def test_files_of_every_form_stay_of_that_form(twin: Path, run: Run, form: str) -> None:
    place, data = twin / "twins.py", FORMS[form]
    place.write_bytes(data)
    assert run("fix").status == 0
    fixed = place.read_bytes()
    assert fixed.count(b"return _plain_forward(self, x)") == 2 and KEPT[form] in fixed
    assert (b"\r\n" in fixed) == (b"\r\n" in data) and fixed.endswith(b"\n") == data.endswith(b"\n")
    if form == "CRLF":
        assert fixed.count(b"\n") == fixed.count(b"\r\n")
    if form == "tabs":
        assert b"    " not in fixed
    kept = [line for line in data.splitlines() if b"def __init__" in line or b"nn." in line]
    assert [line for line in fixed.splitlines() if line in kept] == kept
    assert run("fix", "--exit-non-zero-on-fix").status == 0 and place.read_bytes() == fixed
    assert run("fix", "--undo").status == 0 and place.read_bytes() == data
