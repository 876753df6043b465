"""What one changed file of a large tree costs, with a ready index of all of it: under flake8, and alone.

    python -m tests.benchmarks.one_file FOLDER [--files N]

For each of N files, drawn by a hash of their names, a statement is put into the first forward, and flake8 is run on the
file with the plugin and without, one after the other; then another statement is put in, and ``esper-lint check`` is run
on it.  So every run meets a body that nobody has seen before.  Medians are printed, over files, of the paired
differences.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median

from tests.benchmarks.costs import ENVIRONMENT, Cost, cost_of
from tests.benchmarks.forwards import python_files

_HEADER = re.compile(r"^( *)def forward\((?:[^()]|\([^()]*\))*\)[^:\n]*:\n", re.MULTILINE)

# flake8 has no option to leave a plugin out, so its distribution is hidden from it.
_WITHOUT = """
import importlib.metadata, sys
found = importlib.metadata.distributions
importlib.metadata.distributions = lambda **how: (one for one in found(**how) if one.name != "esper-lint")
from flake8.main.cli import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one file: flake8 with the plugin on changed and on unchanged text, without it, and the command on its own."""

    changed: Cost
    unchanged: Cost
    without: Cost
    alone: Cost


class Tree:
    """A copy of a corpus, made a project, with its index."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder = place / "tree"
        shutil.copytree(folder, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
        for path in python_files(self.folder):
            os.utime(path, (1_000_000_000, 1_000_000_000))
        self._environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(place / "cache")}
        self._clock = 1_000_000_000
        self.run("esper_lint", "index", ".")

    def run(self, *module: str) -> Cost:
        return cost_of([sys.executable, "-m", *module], self.folder, self._environment)

    def run_without_plugin(self, *arguments: str) -> Cost:
        return cost_of([sys.executable, "-c", _WITHOUT, *arguments], self.folder, self._environment)

    def write(self, path: Path, text: str) -> None:
        """Written a while ago, so that the file's stamp is trusted."""
        self._clock += 10
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self._clock, self._clock))

    def costs(self, path: Path) -> Costs:
        name, text = str(path.relative_to(self.folder)), path.read_text(encoding="utf-8")
        self.write(path, _edited(text, "first"))
        changed = self.run("flake8", "--isolated", "-j1", name)
        without = self.run_without_plugin("--isolated", "-j1", name)
        unchanged = self.run("flake8", "--isolated", "-j1", name)
        self.write(path, _edited(text, "second"))
        alone = self.run("esper_lint", "check", "--output-format", "concise", name)
        self.write(path, text)
        self.run("esper_lint", "index", ".")
        return Costs(changed, unchanged, without, alone)


def _edited(text: str, name: str) -> str:
    return _HEADER.sub(lambda match: f"{match[0]}{match[1]}    self.{name}_statement(3)\n", text, count=1)


def _drawn(folder: Path, count: int) -> list[Path]:
    editable = [path for path in python_files(folder) if _HEADER.search(path.read_text(encoding="utf-8"))]
    return sorted(editable, key=lambda path: sha256(str(path.relative_to(folder)).encode()).hexdigest())[:count]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=15)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        tree = Tree(options.folder, Path(place))
        found = []
        for path in _drawn(tree.folder, options.files):
            costs = tree.costs(path)
            found.append(costs)
            seconds = (costs.changed, costs.unchanged, costs.without, costs.alone)
            print(path.relative_to(tree.folder), *(f"{cost.wall:.2f}" for cost in seconds), flush=True)
    print(f"flake8 without the plugin:         {median(one.without.wall for one in found):.2f} s")
    print(f"the plugin adds, file changed:     {median(one.changed.wall - one.without.wall for one in found):.2f} s")
    print(f"the plugin adds, nothing changed:  {median(one.unchanged.wall - one.without.wall for one in found):.2f} s")
    print(f"esper-lint check, file changed:    {median(one.alone.wall for one in found):.2f} s")


if __name__ == "__main__":
    main()
