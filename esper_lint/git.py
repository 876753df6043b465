"""Git's plumbing, run so that neither the user's language nor a hook that runs us changes what it says."""

from __future__ import annotations

import os
import subprocess

from esper_lint.pyproject import shown

# Set inside a git hook, where they name the repository that runs it, and not that of the files.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")


class GitError(Exception):
    """What git was asked for cannot be had; the message is one line."""


def output(folder: str, *arguments: str, data: bytes = b"") -> bytes:
    """What a git command in ``folder`` prints.  Raises GitError where there is no git, and where it fails."""
    try:
        done = subprocess.run(
            command(folder, *arguments), input=data, capture_output=True, env=environment(), check=False
        )
    except OSError as error:
        raise cannot_run(error) from None
    if done.returncode:
        told = os.fsdecode(done.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
        raise GitError(f"git {arguments[0]}: {told or 'failed'}")
    return done.stdout


def line(folder: str, *arguments: str) -> str:
    """The one line that a git command prints, such as a path."""
    return os.fsdecode(output(folder, *arguments).removesuffix(b"\n"))


def top(folder: str) -> str:
    """The top of the work tree that ``folder`` is in, without links."""
    try:
        return os.path.realpath(line(folder, "rev-parse", "--show-toplevel"))
    except GitError as error:
        if "not a git repository" in str(error):
            raise GitError(f"{shown(folder)} is not in a git repository") from None
        raise


def command(folder: str, *arguments: str) -> list[str]:
    return ["git", "-C", folder, *arguments]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK} | {"LC_ALL": "C"}


def cannot_run(error: OSError) -> GitError:
    if isinstance(error, FileNotFoundError):
        return GitError("git was not found")
    return GitError(f"git cannot be run: {error.strerror}")
