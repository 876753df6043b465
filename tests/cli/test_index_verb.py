"""``index``: built ahead, described, cleared; and it changes no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run


def test_the_index_is_built_described_and_cleared(project: Path, run: Run, tmp_path: Path) -> None:
    built = run("index")
    assert (built.status, built.out) == (0, "")
    assert built.err.startswith("indexed 3 files, 3 forwards: ")
    assert any(path.is_file() for path in (tmp_path / "cache").rglob("*"))
    described = run("index", "--stats")
    assert described.status == 0 and described.out
    assert run("index", "--clear").status == 0
    assert run("index", "--stats").out != described.out


def test_clearing_what_is_not_there_is_no_error(project: Path, run: Run) -> None:
    assert run("index", "--clear").status == 0
    assert run("index", "--clear").status == 0


def test_the_cache_folder_can_be_chosen(project: Path, run: Run, tmp_path: Path) -> None:
    assert run("index", "--cache-dir", str(tmp_path / "chosen")).status == 0
    assert any(path.is_file() for path in (tmp_path / "chosen").rglob("*"))
    assert not (tmp_path / "cache").exists()


def test_findings_are_the_same_with_an_index_without_one_and_after_clearing(project: Path, run: Run) -> None:
    cold = run("check", "--output-format", "json")
    run("index")
    assert run("check", "--output-format", "json") == cold
    assert run("check", "--output-format", "json", "--no-cache") == cold
    run("index", "--clear")
    assert run("check", "--output-format", "json") == cold


def test_an_index_that_cannot_be_written_is_not_taken_for_built(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "file").touch()
    monkeypatch.setenv("TMPDIR", str(project / "clean"))
    outcome = run("index", "--cache-dir", "file/cache")
    # It lies among temporary files then, where all verbs find it.
    assert outcome.status == 0 and str(project / "clean") in outcome.err
    assert str(project / "clean") in run("index", "--stats", "--cache-dir", "file/cache").out
    assert str(project / "clean") in run("index", "--clear", "--cache-dir", "file/cache").err
    (folder,) = (project / "clean").glob("esper-lint-*")
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.touch()
    outcome = run("index", "--cache-dir", "file/cache")
    assert outcome.status == 2
    assert outcome.err.startswith("esper-lint: the index cannot be written: ") and outcome.err.count("\n") == 1
    assert run("check", "--cache-dir", "file/cache").status == 1
