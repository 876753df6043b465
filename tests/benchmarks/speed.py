"""What a run costs beside a bare ``ast.parse`` and beside other tools, in one go on one machine.

    python -m tests.benchmarks.speed FOLDER [--jscpd PROGRAM] [--arid PROGRAM]

All are measured in turn, round after round, so that a busy minute of the machine falls on all of them; medians are
printed, and ratios, since seconds mean nothing on another machine.

What a run costs after one file has changed depends on the file: on how many copies its classes have, and on whether it
is the one that these are shown beside. So it is measured for ``--changes`` files, from the smallest to the largest,
each beside an ``ast.parse`` of its own.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from statistics import median

from tests.benchmarks.costs import Cost, cost_of, peak_of_tree, typical
from tests.benchmarks.forwards import python_files

Run = Callable[[int], Cost]

MEGABYTE = 1_000_000

_AIM = 0.3  # of the time of ``ast.parse``, with one file changed

# Types 2 and 3 as far as jscpd knows them, Python only, and no report to write.
JSCPD = "--ignore-identifiers --ignore-literals --ignore-annotations --max-gap-lines 5 -r silent -f python"

_PARSE = """
import ast, sys
for path in sys.stdin.read().splitlines():
    with open(path, "rb") as stream:
        ast.parse(stream.read())
"""


class Tree:
    """A copy of a corpus that may be changed, and the commands that are run in it."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder = place / "tree"
        shutil.copytree(folder, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._cache = place / "cache"
        self._parser = place / "parse.py"
        with_forward = [path for path in python_files(self.folder) if b"def forward(" in path.read_bytes()]
        self.by_size = sorted(with_forward, key=lambda path: path.stat().st_size)
        # The list stands in the program: standard input is closed to commands that are measured.
        names = "\n".join(map(str, with_forward))
        self._parser.write_text(_PARSE.replace("sys.stdin.read()", repr(names)), encoding="utf-8")
        self._empty = place / "empty.py"
        self._empty.write_text("import ast, sys\n", encoding="utf-8")

    def check(self, *, cached: bool = True) -> list[str]:
        cache = ["--cache-dir", str(self._cache)] if cached else ["--no-cache"]
        options = ["--output-format", "concise", "--include-generated", "--no-respect-gitignore"]
        return [sys.executable, "-m", "esper_lint", "check", ".", *options, *cache]

    def cold(self) -> Cost:
        shutil.rmtree(self._cache, ignore_errors=True)
        return cost_of(self.check(), self.folder)

    def warm(self) -> Cost:
        return cost_of(self.check(), self.folder)

    def changed(self, count: int) -> Iterator[tuple[Cost, Cost]]:
        """For each of so many files what a run costs once it alone has changed, and what ``ast.parse`` costs then.

        With another name for its most usual variable, a file has other forms all through.
        """
        for number in range(count):
            path = self.by_size[(2 * number + 1) * len(self.by_size) // (2 * count)]
            original = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"\b(?:hidden_states|x)\b", f"changed_{number}", original), encoding="utf-8")
            yield cost_of(self.check(), self.folder), self.parse()
            path.write_text(original, encoding="utf-8")
            cost_of(self.check(), self.folder)

    def parse(self) -> Cost:
        """The parsing alone: what the same interpreter costs when it parses nothing is taken off."""
        whole = cost_of([sys.executable, str(self._parser)], self.folder)
        start = cost_of([sys.executable, str(self._empty)], self.folder)
        return Cost(whole.wall - start.wall, whole.cpu - start.cpu, whole.resident)

    def peer(self, *command: str) -> Cost:
        return cost_of(list(command), self.folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--changes", type=int, default=25, metavar="FILES")
    parser.add_argument("--jscpd", metavar="PROGRAM")
    parser.add_argument("--arid", metavar="PROGRAM")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tree = Tree(given.folder, Path(place))
        ours: dict[str, Run] = {
            "cold": lambda number: tree.cold(),
            "warm": lambda number: tree.warm(),
        }
        others: dict[str, Run] = {"ast.parse": lambda number: tree.parse()}
        if given.jscpd:
            others["jscpd"] = lambda number: tree.peer(str(Path(given.jscpd).resolve()), ".", *JSCPD.split())
        if given.arid:
            # Not resolved: a virtual environment's program may be a link, and finds its environment by its own name.
            others["arid"] = lambda number: tree.peer(str(Path(given.arid).absolute()), ".")
        tree.warm()  # byte code is written once, by whoever comes first
        runs = others | ours
        costs: dict[str, list[Cost]] = {name: [] for name in runs}
        for number in range(given.rounds):
            for name, run in runs.items():
                costs[name].append(run(number))
        medians = {name: typical(found) for name, found in costs.items()}
        changes = list(tree.changed(given.changes))
        print(f"{len(tree.by_size)} files with a forward; medians of {given.rounds} rounds")
        for name, cost in medians.items():
            seconds = f"wall {cost.wall:7.2f} s  CPU {cost.cpu:7.2f} s"
            print(f"{name:17} {seconds}  largest process {cost.resident / MEGABYTE:6.0f} MB")
        for name, other in product(ours, others):
            a, b = medians[name], medians[other]
            print(f"{name} / {other}: wall {a.wall / b.wall:.3f}, CPU {a.cpu / b.cpu:.3f}")
        ratios = sorted(cost.cpu / parse.cpu for cost, parse in changes)
        print(
            f"one file changed / ast.parse, {len(ratios)} files: CPU {median(ratios):.3f} in the median, "
            f"{ratios[0]:.3f} to {ratios[-1]:.3f}, {sum(ratio <= _AIM for ratio in ratios)} of them at most {_AIM}"
        )
        peak = peak_of_tree(tree.check(cached=False), tree.folder)
        if peak is not None:
            print(f"all processes of a cold run together: {peak / MEGABYTE:.0f} MB at most")


if __name__ == "__main__":
    main()
