"""What starting costs, and what the program says of itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from esper_lint import __version__
from esper_lint.cli import VERBS
from tests.cli.running import Run


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense"]])
def test_no_verb_and_no_slow_library_is_imported_before_it_is_needed(arguments: list[str]) -> None:
    code = (
        "import sys; from esper_lint.cli import main; main(sys.argv[1:]);"
        "sys.stderr.write('loaded: ' + ' '.join({name.split('.')[0] for name in sys.modules}"
        " & {'rich', 'libcst', 'pathspec', 'rapidfuzz', 'sqlite3', 'multiprocessing'}))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("loaded: ")


def test_help_lists_every_verb(run: Run) -> None:
    out = run("--help").out
    assert [line.split()[0] for line in out.split("Commands:\n")[1].splitlines()] == list(VERBS)


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"esper-lint, version {__version__}\n"


def test_the_help_of_check_names_every_setting_that_can_be_typed(run: Run) -> None:
    out = run("check", "--help").out
    for option in ("--threshold", "--min-size", "--select", "--ignore", "--exclude", "--jobs", "--cache-dir"):
        assert option in out
    assert "--no-respect-gitignore" in out
