"""The progress bar: on a terminal, on long runs, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from esper_lint.cli import progress as module
from esper_lint.cli.progress import TerminalProgress

SCRIPT = """\
import sys, threading, time
from esper_lint.cli import progress
progress.PATIENCE, progress.REDRAW = float(sys.argv[1]), 0.01
with progress.TerminalProgress() as bar:
    bar.stage("reading", 9)
    for _ in range(9):
        bar.advance()
        time.sleep(0.02)
    bar.stage("matching", 0)
    bar.advance(5)
assert threading.active_count() == 1
print("result", "rich" in sys.modules)
"""


def on_a_terminal(patience: float) -> tuple[str, str]:
    """Standard output, from a pipe, and standard error, from a pseudo-terminal."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(patience)], stdout=subprocess.PIPE, stderr=follower, text=True
    )
    os.close(follower)
    shown = b""
    try:
        while block := os.read(leader, 4096):
            shown += block
    except OSError:  # Linux's way to say that the other end has closed
        pass
    out, _ = child.communicate(timeout=60)
    os.close(leader)
    assert child.returncode == 0, shown.decode()
    return out, shown.decode()


def test_a_long_run_on_a_terminal_shows_stage_count_and_rate_and_clears_them() -> None:
    out, shown = on_a_terminal(patience=0.0)
    assert out == "result True\n"
    assert "reading" in shown and "matching" in shown and "8/9" in shown and "/s" in shown
    assert shown.rstrip().endswith("\x1b[2K")


def test_a_short_run_shows_nothing_and_does_not_import_rich() -> None:
    assert on_a_terminal(patience=60.0) == ("result False\n", "")


def test_off_a_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with TerminalProgress() as bar:
        bar.stage("reading", 2)
        bar.advance(2)
    assert capsys.readouterr() == ("", "")
