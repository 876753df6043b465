"""Git's plumbing, run so that neither the user's language nor a hook that runs us changes what it says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from esper_lint.pyproject import shown

# Set inside a git hook, where they name the repository that runs it, and not that of the files.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")

_UNSAFE = frozenset(["", os.curdir, os.pardir, ".git"])


class GitError(Exception):
    """What git was asked for cannot be had; the message is one line."""


def output(folder: str, *arguments: str, data: bytes = b"") -> bytes:
    """What a git command in ``folder`` prints.  Raises GitError where there is no git, and where it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK} | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments], input=data, capture_output=True, env=environment, check=False
        )
    except FileNotFoundError:
        raise GitError("git was not found") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
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


class Entry(NamedTuple):
    """What a commit has at a path: its kind, and the identity of its content or, of a submodule, of its commit."""

    path: str
    mode: bytes
    identity: str


LINK, SUBMODULE = b"120000", b"160000"


def entries(folder: str, commit: str) -> Iterator[Entry]:
    """All files, links and submodules of a commit, but for paths that git itself would not check out."""
    for entry in output(folder, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        head, _, name = entry.partition(b"\t")
        mode, _, identity = head.split(b" ")
        path = os.fsdecode(name)
        if _UNSAFE.isdisjoint(path.split("/")):
            yield Entry(path, mode, identity.decode())


def contents(folder: str, identities: Iterable[str]) -> dict[str, bytes]:
    """The content of each object, by its identity; one that a partial clone lacks, and cannot fetch, is left out."""
    wanted = list(dict.fromkeys(identities))
    printed = output(folder, "cat-file", "--batch", data="".join(f"{one}\n" for one in wanted).encode())
    found, at = {}, 0
    for identity in wanted:
        start = printed.find(b"\n", at) + 1
        head = printed[at : start - 1].split(b" ")
        at = start
        if len(head) == 3:  # and not "missing"
            at += int(head[2]) + 1
            found[identity] = printed[start : at - 1]
    return found
