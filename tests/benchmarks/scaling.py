"""How the cost of a cold run grows with the size of the tree.

    python -m tests.benchmarks.scaling FOLDER

An eighth, a quarter, a half and all of a corpus, by files, each part within the next, and four times the corpus, made
by renaming (see ``renaming``).  What a run over next to nothing costs is taken off; an exponent is the slope of a
straight line through the logarithms of cost and size in bytes.  Every unit of the largest tree has three copies, so
alike pairs grow by the square there; hence the exponent over the parts alone is printed too.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from tests.benchmarks.costs import ENVIRONMENT
from tests.benchmarks.forwards import python_files
from tests.benchmarks.renaming import renamed

EIGHTHS = (1, 2, 4, 8)
COPIES = 4

Stages = dict[str, float]


def parts(folder: Path, place: Path) -> Iterator[Path]:
    """The trees, from small to large; files are taken in the order of a hash of their names."""
    files = sorted(python_files(folder), key=lambda path: sha256(path.relative_to(folder).as_posix().encode()).digest())
    for eighths in EIGHTHS:
        tree = place / str(eighths)
        for path in files[: len(files) * eighths // 8]:
            _write(tree / path.relative_to(folder), path.read_bytes())
        yield tree
        shutil.rmtree(tree)
    tree = place / "copies"
    for number in range(COPIES):
        for path in files:
            data = path.read_bytes()
            if number:
                with suppress(SyntaxError, UnicodeDecodeError):  # such a file stays as it is, in every copy
                    data = renamed(data.decode(), f"_{number}").encode()
            _write(tree / f"copy{number}" / path.relative_to(folder), data)
    yield tree


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def stages_of(tree: Path, jobs: int) -> Stages:
    """CPU seconds by stage of one run in a process of its own, and all of them as ``total``."""
    command = [sys.executable, "-m", "tests.benchmarks.stages", str(tree), str(jobs)]
    done = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    found: Stages = json.loads(done.stdout)
    found["total"] = sum(seconds for name, seconds in found.items() if name not in ("forwards", "groups"))
    return found


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The slope of the least-squares line through the logarithms."""
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - middle_x) ** 2 for x in xs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=1, help="processes; one (the default) tells the stages apart best")
    given = parser.parse_args()
    sizes: list[int] = []
    found: list[Stages] = []
    with tempfile.TemporaryDirectory() as name:
        nothing = Path(name) / "nothing"
        _write(nothing / "empty.py", b"x = 1\n")
        start = stages_of(nothing, given.jobs)
        for tree in parts(given.folder, Path(name)):
            sizes.append(sum(path.stat().st_size for path in python_files(tree)))
            found.append(stages_of(tree, given.jobs))
            shown = ", ".join(f"{stage} {value:,.2f}" for stage, value in found[-1].items())
            print(f"{sizes[-1] / 1e6:7.2f} MB: {shown}", flush=True)
    for stage in ("total", "reading", "comparing", "explaining"):
        costs = [max(one.get(stage, 0.0) - start.get(stage, 0.0), 0.001) for one in found]
        without_copies = exponent(sizes[:-1], costs[:-1])
        print(f"{stage}: exponent {exponent(sizes, costs):.2f}; without the copies {without_copies:.2f}")


if __name__ == "__main__":
    main()
