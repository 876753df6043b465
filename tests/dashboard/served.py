"""The sample as a project of its own, and the dashboard of it as people start it: a process that prints a link."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

SAMPLE = Path(__file__).resolve().parents[2] / "sample_code" / "blueprints"
WAIT_S = 60


def sample_project(folder: Path) -> Path:
    """The blueprints with settings and a first commit."""
    shutil.copytree(SAMPLE, folder / "blueprints", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text('[project]\nname = "sample"\n\n[tool.esper_lint]\n', encoding="utf-8")
    (folder / ".flake8").write_text("[flake8]\nselect = ESP\n", encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Add the blueprints")
    return folder


def git(folder: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": f"ada{at}" for role in ("AUTHOR", "COMMITTER") for what, at in WHO.items()}
    subprocess.run(["git", *arguments], cwd=folder, env=os.environ | who, check=True, capture_output=True)


WHO = {"NAME": "", "EMAIL": "@example.org"}


@dataclass
class Served:
    """``with Served(project) as served``: the process, from the link that it prints to its end by Ctrl-C."""

    project: Path
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def __enter__(self) -> Served:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "esper_lint", "dashboard", *self.arguments],
            cwd=self.project,
            env=os.environ | {"PYTHONWARNINGS": "error"} | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.links.append(self.next_link())
        return self

    def next_link(self) -> str:
        """The next one that is printed, which is soon after one was used."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"no link was printed: {self.process.stderr.read()}")
        return line

    @property
    def origin(self) -> str:
        return self.links[0].partition("/?")[0]

    def end(self, by: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Its exit status and what it said on standard error."""
        self.process.send_signal(by)
        _, told = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, told

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
