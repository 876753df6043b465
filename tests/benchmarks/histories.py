"""What ESP203 costs in a repository with a long history: cold, warm, and after one more commit.

    python -m tests.benchmarks.histories [--commits N] [--files N]

The repository is made by ``git fast-import``, always the same: module classes in families of copies, three in a file,
edited at random, a third of the edits within a class.  Every tenth commit merges a branch of three; some rename a file,
some move a class to another one.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks.costs import ENVIRONMENT, Cost, cost_of
from tests.repositories import commit, git

_FUNCTIONS = ("relu", "tanh", "sin", "cos", "exp", "sigmoid", "erf", "abs")
_SHAPES = (
    "x = torch.{0}(self.first(x) {1} {2}(x))",
    "x, y = {2}(x), torch.{0}(x)",
    "x = x if {2}(x) else torch.{0}(x) {1} y",
    "assert {2}(torch.{0}(x)).shape == x.shape",
    "for part in {2}(x): x = torch.{0}(part) {1} x",
    "x = [torch.{0}(part) {1} 2 for part in {2}(x)][0]",
    "x[{2}(x)] {1}= torch.{0}(x)",
    "with {2}(x) as y: x = x {1} torch.{0}(y)",
)
_HELPERS = "".join(f"\n\ndef helper_{n}(x):\n    y = x + {n}\n    z = y * y\n    return z\n" for n in range(20))
_CLASSES_PER_FILE, _COPIES = 3, 4


class History:
    """A repository on its way; ``files`` has the forward bodies of each file's classes, by name of the class."""

    def __init__(self, folder: Path, files: int) -> None:
        self._random = random.Random(1)
        git(folder, "init", "--quiet")
        self._process = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
        self.files: dict[str, dict[str, list[str]]] = {}
        self._edits: dict[str, int] = {}
        families = files * _CLASSES_PER_FILE // _COPIES
        for file in range(files):
            names = range(file * _CLASSES_PER_FILE, (file + 1) * _CLASSES_PER_FILE)
            self.files[f"models/part_{file % 10}/m{file}.py"] = {f"M{n}": _body(n % families) for n in names}
        self._time = 0
        self._commit("main", "start", self.files)

    def run(self, commits: int) -> None:
        while self._time < commits:
            if self._time % 10:
                self._edit("main", sorted(self.files))
            else:
                self._merge()
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._process.wait():
            raise RuntimeError("git fast-import failed")

    def _merge(self) -> None:
        """Three commits on a branch and three on main, in other files, and their merge."""
        paths = sorted(self.files)
        half = set(self._random.sample(paths, len(paths) // 2))
        self._write("reset refs/heads/side\nfrom refs/heads/main\n\n")
        touched: set[str] = set()
        for _ in range(3):
            touched |= self._edit("side", sorted(half & self.files.keys()))
            self._edit("main", sorted(set(paths) - half))
        self._commit("main", "merge", touched, merged="side")

    def _edit(self, branch: str, paths: Sequence[str]) -> set[str]:
        """A commit of one to three edits of files; the paths that it touched."""
        touched = set()
        for path in self._random.sample(paths, self._random.choice((1, 1, 2, 3))):
            choice = self._random.random()
            if choice < 0.02:
                moved = path.replace("models/", "models/again_")
                self.files[moved] = self.files.pop(path)
                self._edits[moved] = self._edits.get(path, 0)
                touched |= {path, moved}
                continue
            if choice < 0.04:
                other = self._random.choice(paths)
                if other in self.files and other != path and len(self.files[path]) > 1:
                    name = self._random.choice(sorted(self.files[path]))
                    self.files[other][name] = self.files[path].pop(name)
                    touched.add(other)
            elif choice < 0.36:
                body = self.files[path][self._random.choice(sorted(self.files[path]))]
                line = self._random.randrange(len(body))
                body[line] = body[line].replace("torch.", "torch.x")
            else:
                self._edits[path] = self._edits.get(path, 0) + 1
            touched.add(path)
        self._commit(branch, f"commit {self._time}", touched)
        return touched

    def _commit(self, branch: str, subject: str, touched: Iterable[str], merged: str = "") -> None:
        self._time += 1
        head = f"commit refs/heads/{branch}\ncommitter x <x> {self._time} +0000\ndata {len(subject)}\n{subject}\n"
        self._write(head + (f"merge refs/heads/{merged}\n" if merged else ""))
        for path in sorted(touched):
            if path not in self.files:
                self._write(f"D {path}\n")
                continue
            text = self._text(path)
            self._write(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")

    def _text(self, path: str) -> str:
        classes = "".join(
            f"\n\nclass {name}(nn.Module):\n    def __init__(self, dim):\n        super().__init__()\n"
            f"        self.first = nn.Linear(dim, dim)\n\n    def forward(self, x):\n{''.join(body)}        return x\n"
            for name, body in sorted(self.files[path].items())
        )
        edits = f"\n\nEDITS = {self._edits.get(path, 0)}\n"
        return f"import torch\nfrom torch import nn\n{classes}{_HELPERS}{edits}"

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())


def _body(family: int) -> list[str]:
    """The lines of a forward, other ones for each family."""
    chosen = random.Random(family)
    shapes = chosen.sample(_SHAPES, 3)
    return [
        "        "
        + chosen.choice(shapes).format(chosen.choice(_FUNCTIONS), chosen.choice("+-*/@"), f"f_{family}_{n % 5}")
        + "\n"
        for n in range(chosen.randrange(10, 20))
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=2000)
    parser.add_argument("--files", type=int, default=300)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "repository"
        folder.mkdir()
        History(folder, chosen.files).run(chosen.commits)
        git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
        git(folder, "reset", "--quiet", "--hard")
        commit(folder, {"pyproject.toml": "[tool.esper_lint]\n"})
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(Path(place) / "cache")}

        def cost(*options: str) -> Cost:
            return cost_of([sys.executable, "-m", "esper_lint", "check", *options], folder, environment)

        print(f"{git(folder, 'rev-list', '--count', 'HEAD')} commits, {chosen.files} files")
        _print("without ESP203, cold", cost())
        _print("without ESP203, warm", cost())
        _print("with it, cold", cost("--select", "ESP1,ESP203"))
        _print("with it, warm", cost("--select", "ESP1,ESP203"))
        path = git(folder, "ls-files", "models").splitlines()[0]
        commit(folder, {path: (folder / path).read_text(encoding="utf-8").replace("torch.", "torch.y", 1)})
        _print("after a commit", cost("--select", "ESP1,ESP203"))


def _print(what: str, cost: Cost) -> None:
    print(f"{what:<22} {cost.wall:6.2f} s, {cost.cpu:6.2f} s of CPU, {cost.resident / 1e6:4.0f} MB")


if __name__ == "__main__":
    main()
