"""``esper-lint report`` writes one file, or says in one line why not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from esper_lint.cli import main
from tests.cli.running import Run


def test_a_file_is_written_whole(project: Path, run: Run) -> None:
    outcome = run("report", "-o", "out.html")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "1 group in out.html\n")
    assert "Pair" in (project / "out.html").read_text(encoding="utf-8")


def test_it_can_be_written_to_standard_output(project: Path, run: Run) -> None:
    assert run("report", "-o", "/dev/stdout").out.startswith("<!doctype html>")


def test_the_dashboard_s_pages_are_in_the_wheel(project: Path) -> None:
    import esper_lint.dashboard

    folder = Path(esper_lint.dashboard.__file__).parent
    assert (folder / "templates" / "group.html").is_file() and (folder / "static" / "esper.css").is_file()


def test_results_of_verify_are_shown(project: Path, run: Run) -> None:
    document = {
        "schema_version": 1,
        "environment": {"python": "3", "torch": "2"},
        "old": "a",
        "new": "b",
        "classes": [],
    }
    (project / "verify.json").write_text(json.dumps(document), encoding="utf-8")
    assert run("report", "-o", "out.html", "--verify", "verify.json").status == 0
    outcome = run("report", "-o", "out.html", "--verify", "pair.py")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1) and "pair.py: not JSON" in outcome.err


@pytest.mark.parametrize("library", ["jinja2", "pygments", "markdown_it"])
def test_a_library_that_is_not_there_is_named_with_its_remedy(
    project: Path, library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith(("esper_lint.dashboard", f"{library}."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    assert main(["report", "-o", "out.html"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and library in err and 'pip install "esper-lint[' in err
    assert not (project / "out.html").exists()
