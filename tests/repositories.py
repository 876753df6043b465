"""Git repositories for tests: nobody's configuration but their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.trees import write

_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *arguments: str) -> str:
    """What a git command in ``folder`` prints."""
    command = ["git", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, cwd=folder, env=os.environ | _ALONE, capture_output=True, check=True)
    return os.fsdecode(done.stdout).strip()


def commit_on(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on commits are made at noon of a day, as YYYY-MM-DD, UTC."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", f"{day}T12:00:00Z")


def repository(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """``folder`` made a repository with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    commit(folder, files)
    return folder


def commit(folder: Path, files: Mapping[str, str | bytes] | None = None) -> str:
    """Commit these files and whatever else has changed; the new revision."""
    write(folder, files or {})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=x")
    return git(folder, "rev-parse", "HEAD")
