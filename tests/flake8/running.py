"""flake8 and the command line as their users start them, and their answers in one form."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from flake8.main.cli import main

_RUNNER = Path(__file__).with_name("started.py")
_ROW = re.compile(r"(?P<path>[^:\n]+):(?P<place>\d+:\d+: \w+ .*)")


@dataclass(frozen=True, slots=True)
class Answer:
    """``rows`` are sorted, with paths as the command line writes them."""

    status: int
    rows: list[str]
    err: str

    @property
    def codes(self) -> list[str]:
        return [row.split(" ")[1] for row in self.rows]


def flake8_here(folder: Path, *arguments: str) -> Answer:
    """flake8 in ``folder``, in this process: quick, and open to stand-ins."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    before = os.getcwd()
    os.chdir(folder)
    try:
        with redirect_stdout(out):
            status = main(["-j1", *arguments])
    finally:
        os.chdir(before)
    assert isinstance(out.buffer, io.BytesIO)
    return Answer(status, _rows(out.buffer.getvalue().decode()), "")


def flake8(
    folder: Path,
    *arguments: str,
    method: str = "fork",
    data: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Answer:
    """flake8 in ``folder``; no row is left out, and a line that is none is a failure."""
    return answer(start_flake8(folder, *arguments, method=method, env=env), data)


def start_flake8(
    folder: Path, *arguments: str, method: str = "fork", env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    return _started(folder, [sys.executable, str(_RUNNER), method, *arguments], env)


def check(folder: Path, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
    """``esper-lint check`` in ``folder``."""
    command = [sys.executable, "-m", "esper_lint", "check", "--output-format", "concise", *arguments]
    return answer(_started(folder, command, env), data)


def answer(process: subprocess.Popen[bytes], data: bytes = b"") -> Answer:
    out, err = process.communicate(data, timeout=120)
    try:
        return Answer(process.returncode, _rows(out.decode()), err.decode())
    except ValueError as error:
        raise ValueError(err.decode()) from error


def _rows(out: str) -> list[str]:
    matches = [(_ROW.fullmatch(line), line) for line in out.splitlines()]
    if strange := [line for match, line in matches if match is None]:
        raise ValueError(strange)
    return sorted(f"{os.path.normpath(match['path'])}:{match['place']}" for match, _ in matches if match)


def _started(folder: Path, command: Sequence[str], env: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    surroundings = os.environ | {"ESPER_LINT_TRACEBACK": "1"} | dict(env or {})
    return subprocess.Popen(command, cwd=folder, env=surroundings, stdin=pipe, stdout=pipe, stderr=pipe)
