"""What each way to end exits with, and that what goes wrong is one clear line on standard error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from esper_lint.cli import VERBS, main
from tests.cli.running import SEED, Run

ENDINGS = [
    ("check clean", 0),
    ("check", 1),
    ("check pair.py", 1),
    ("check --statistics --output-format concise", 1),
    ("check --select ESP102", 0),
    ("check broken", 1),
    ("check --help", 0),
    ("check -", 0),
    ("check --no-cache", 1),
    ("baseline", 0),
    ("contract Pair Twin --diff", 1),
    ("contract Pair Twin", 0),
    ("dashboard --help", 0),
    ("explain", 0),
    ("explain ESP101", 0),
    ("config", 0),
    ("config pair.py --output-format json", 0),
    ("fix", 0),
    ("fix --diff clean", 0),
    ("history --help", 0),
    ("index", 0),
    ("index --stats", 0),
    ("index --clear", 0),
    ("report -o report.html", 0),
    ("report --help", 0),
    ("review --help", 0),
    ("tickets sync", 0),
    ("tickets sync --dry-run", 1),
    ("tickets sync --diff clean", 2),
    ("tickets list", 0),
    ("tickets list --output-format json", 0),
    ("tickets check", 0),
    ("verify --help", 0),
    ("--help", 0),
    ("-h", 0),
    ("--version", 0),
]

MISTAKES = [
    ("", "missing command (see 'esper-lint --help')"),
    ("chekc", "no such command 'chekc'; did you mean 'check'? (see 'esper-lint --help')"),
    ("check nowhere", "nowhere"),
    ("check --tresh 3", "no such option"),
    ("check --threshold many", "'many' is not a valid integer"),
    ("check --threshold 3", "command line: threshold: must be from 50 to 100, not 3"),
    ("check --select ESP1O1", "command line: select: no such rule 'ESP1O1'; did you mean 'ESP101'?"),
    ("check --output-format xml", "'xml' is not one of"),
    ("check --output json", "'json' is not of the form FORMAT=FILE"),
    ("check --output xml=file", "'xml' is not one of full, concise, json, jsonl"),
    ("check --output json=clean", "'clean' is a folder"),
    ("check --output json=no/where", "the folder of 'no/where' does not exist"),
    ("check --stdin-filename x.py", "give '-' as a path too"),
    ("dashboard nowhere", "nowhere"),
    ("dashboard --host 0.0.0.0", "--host 0.0.0.0: other addresses than 127.0.0.1 need --expose"),
    ("dashboard --verify nowhere.json", "nowhere.json"),
    ("explain ESP1O1", "no such rule 'ESP1O1'; did you mean 'ESP101'?"),
    ("explain duplicate-forwrd", "did you mean 'duplicate-forward'?"),
    ("baseline nowhere", "nowhere"),
    ("config unusable", "pyproject.toml:2: unknown setting 'treshold'; did you mean 'threshold'?"),
    ("check unusable", "pyproject.toml:2: unknown setting 'treshold'; did you mean 'threshold'?"),
    ("index unusable", "pyproject.toml:2: unknown setting 'treshold'; did you mean 'threshold'?"),
    ("contract Pair", "a contract needs two members or more"),
    ("contract Pair Twn", "did you mean `Twin` (twin.py)?"),
    ("fix nowhere", "nowhere"),
    ("fix --undo", "there is no fix to undo here"),
    ("fix --undo --diff", "--undo goes with neither --diff nor --exit-non-zero-on-fix"),
    ("history --every 0", "0 is not in the range x>=1"),
    ("history --every", "option '--every' requires an argument"),
    ("index nowhere", "nowhere"),
    ("report", "missing option"),
    ("report -o clean", "'clean' is a folder"),
    ("report nowhere -o report.html", "nowhere"),
    ("review X --verdict SUPPORT --evaluation y", "no ticket and no group 'X'"),
    ("review X --verdict SUPORT --evaluation y", "'SUPORT' is not one of"),
    ("review X --verdict SUPPORT", "missing option '--evaluation'"),
    ("tickets", "missing command"),
    ("tickets lst", "no such command 'lst'"),
    ("tickets show X", "no ticket and no group 'X'"),
    ("tickets sync --batch ../1", "'../1' is no part of an id: use letters and digits"),
    ("tickets sync --ticket-id x", "command line: ticket-id: 'x': a scheme has {number} in it, once"),
    ("tickets list --support-word YES", 'support-word: must be one of "SUPPORT"'),
    ("tickets check --from nowhere.json", "nowhere.json: No such file or directory"),
    ("tickets check --from pyproject.toml", "pyproject.toml: it is no JSON of `verify`"),
    ("tickets import nowhere.json", "nowhere.json: No such file or directory"),
    ("tickets import pyproject.toml", "pyproject.toml: it is no file of verdicts"),
    ("tickets accept X --reason generated --evaluation y", "no ticket and no group 'X'"),
    ("tickets accept X --reason because --evaluation y", "'because' is not one of"),
    ("verify --cases many", "'many' is not a valid integer"),
    ("index --clear --stats", "--clear and --stats cannot go together"),
]


@pytest.fixture(autouse=True)
def more(project: Path) -> None:
    (project / "broken").mkdir()
    (project / "broken" / "bad.py").write_text("import torch\ndef forward(self:\n", encoding="utf-8")
    (project / "unusable").mkdir()
    (project / "unusable" / "pyproject.toml").write_text("[tool.esper_lint]\ntreshold = 80\n", encoding="utf-8")


def test_every_verb_has_an_ending_and_a_mistake_here() -> None:
    assert {command.split()[0] for command, _ in ENDINGS} >= set(VERBS)
    assert {command.split()[0] for command, _ in MISTAKES if command} >= set(VERBS)


@pytest.mark.parametrize(("command", "status"), ENDINGS)
def test_a_run_ends_with_the_status_that_it_promises(run: Run, command: str, status: int) -> None:
    outcome = run(*command.split())
    assert (outcome.status, "Traceback" in outcome.err) == (status, False), outcome.err


@pytest.mark.parametrize(("command", "message"), MISTAKES)
def test_a_mistake_exits_2_with_one_line_and_no_results(
    capsys: pytest.CaptureFixture[str], command: str, message: str
) -> None:
    assert main(command.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("esper-lint: ") and err.count("\n") == 1
    assert message in err


def test_a_mistake_is_the_same_in_a_process(run: Run) -> None:
    outcome = run("check", "nowhere")
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)


def break_analysis(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def raising(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("esper_lint.cli.check.analyse", raising)


@pytest.mark.parametrize("error", [ZeroDivisionError("one\ntwo"), RecursionError("deep"), EOFError("end")])
def test_an_internal_error_is_one_line_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    break_analysis(monkeypatch, error)
    assert main(["check"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"esper-lint: internal error: {type(error).__name__}: ") and err.count("\n") == 1


def test_the_traceback_of_an_internal_error_is_there_for_the_asking(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_analysis(monkeypatch, ZeroDivisionError("why"))
    monkeypatch.setenv("ESPER_LINT_TRACEBACK", "1")
    assert main(["check"]) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_an_error_of_the_system_names_its_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_analysis(monkeypatch, PermissionError(13, "Permission denied", "secret"))
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "esper-lint: secret: Permission denied\n"


def test_an_interruption_is_no_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_analysis(monkeypatch, KeyboardInterrupt())
    assert main(["check"]) == 130
    assert capsys.readouterr().err == "esper-lint: interrupted\n"


def test_a_real_interrupt_ends_the_process_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "esper_lint", "check", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        # More than a pipe holds: once this is written the child is at work, reading an input that does not end.  It
        # must be waiting for more, since Python defers a signal that comes just before a system call until after it.
        child.stdin.write(b"#" * 300_000)
        child.stdin.flush()
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        try:
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
    assert (child.returncode, out, err) == (130, b"", b"esper-lint: interrupted\n")


def test_a_reader_that_leaves_early_costs_no_noise(project: Path) -> None:
    # More than a pipe holds (64 KiB), so that the writer does meet the closed end.
    for number in range(400):
        (project / f"copy_{number}.py").write_text(SEED.format(name=f"Copy{number}"), encoding="utf-8")
    script = f"set -o pipefail; {sys.executable} -m esper_lint check --output-format json | head -c 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a Linux device")
@pytest.mark.parametrize("command", ["check", "explain", "config"])
def test_results_that_cannot_be_written_are_not_taken_for_written(command: str) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "esper_lint", command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "esper-lint: cannot write standard output: No space left on device\n"
