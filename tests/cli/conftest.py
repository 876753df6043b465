"""A small project on disk, and the command as its users start it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import SEED, Outcome, Run


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's cache, terminal or colours but the test's own; processes that a test starts inherit them."""
    for name in ("NO_COLOR", "FORCE_COLOR", "ESPER_LINT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: one module class in ``twin.py`` and in ``pair.py``, another one in ``clean/``."""
    folder = tmp_path / "project"
    (folder / "clean").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    (folder / "pair.py").write_text(SEED.format(name="Pair"), encoding="utf-8")
    (folder / "twin.py").write_text(SEED.format(name="Twin"), encoding="utf-8")
    (folder / "clean" / "alone.py").write_text(
        "from torch import nn\n\n\nclass Alone(nn.Module):\n    def forward(self, x):\n        return x\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run() -> Run:
    """``run("check", "src", env={...}, data=b"...")`` in the working directory."""

    def started(*arguments: str, env: dict[str, str] | None = None, data: bytes = b"") -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "esper_lint", *arguments],
            input=data,
            capture_output=True,
            env=os.environ | {"PYTHONWARNINGS": "error"} | (env or {}),
            check=False,
            timeout=120,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return started
