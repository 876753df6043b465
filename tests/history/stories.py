"""Histories to tell: copies of one module class in a repository, what is done to them, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from esper_lint.findings import Finding
from tests.repositories import git
from tests.trees import BODY, report, seed, write

FIXED = BODY.replace("y = F", "q = q * self.scale\n        y = F")
GUARDED = BODY.replace("        b, n, d", "        assert x.ndim == 3, x.shape\n        b, n, d")
BOTH = FIXED.replace("        b, n, d", "        assert x.ndim == 3, x.shape\n        b, n, d")
TUNED = BODY.replace("dim=-1", "dim=2")
RENAMED = BODY.replace("q", "query").replace("self.querykv", "self.qkv")
INIT = """\
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.scale = heads, 0.5
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

"""


def copy(name: str, body: str = BODY, **more: str) -> str:
    return seed(name, init=INIT, body=body, **more)


class Story:
    """A repository.  ``A`` and ``B`` are equal after its first commit, whose subject is "start"."""

    def __init__(self, folder: Path, files: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet")
        write(folder, {"pyproject.toml": "[tool.esper_lint]\n"})
        self.commit("start", {"a.py": copy("A"), "b.py": copy("B")} if files is None else files)

    def git(self, *arguments: str) -> str:
        return git(self.folder, *arguments)

    def commit(self, subject: str, files: Mapping[str, str] | None = None) -> str:
        write(self.folder, files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={subject}")
        return self.git("rev-parse", "HEAD")

    def write(self, files: Mapping[str, str]) -> None:
        write(self.folder, files)

    def findings(self, *paths: str, cached: bool = False, **options: Any) -> list[Finding]:
        found = report(self.folder, *paths, cached=cached, **{"select": ["ESP203"]} | options)
        return [one for one in found.findings if one.rule == "ESP203"]

    def said(self, *paths: str, **options: Any) -> list[str]:
        """What is said, in the order of places, with subjects in the place of commits."""
        active = [one for one in self.findings(*paths, **options) if one.suppressed is None]
        return [self.without_hashes(one.message) for one in active]

    def without_hashes(self, message: str) -> str:
        for identity in self.git("rev-list", "--all", "HEAD").split():
            message = message.replace(f"{identity[:7]} ", "")
        return message


def changed(name: str, subject: str, *others: str, more: int = 0) -> str:
    """What is said of a member that was changed, and of those that were not, each as ``B b.py:12``."""
    by = "changes that are not committed" if not subject else f"'{subject}'"
    return f"changed in `{name}` by {by}, not in its {_copies(others)}{_more(more)}"


def missed(name: str, subject: str, *others: str, more: int = 0) -> str:
    by = "changes that are not committed" if not subject else f"'{subject}'"
    return f"not changed in `{name}`, but in its {_copies(others)} by {by}{_more(more)}"


def _copies(others: tuple[str, ...]) -> str:
    shown = " and ".join("`{}` ({})".format(*other.split(" ")) for other in others)
    return f"{'copy' if len(others) == 1 else 'copies'} {shown}"


def _more(count: int) -> str:
    return f"; and {count} more commit{'s' if count > 1 else ''}" if count else ""
