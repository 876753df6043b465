"""What a folder of many tickets costs: read cold, read by the next process, read again, and one patch.

``python -m tests.benchmarks.ticket_folder --count 10000`` makes the folder among temporary files, from the tickets of
the tests, each under an ID of its own.  Wall time and the process's own time are given, since others may use the
machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from esper_lint.tickets.patching import PutReview
from esper_lint.tickets.reading import read_ticket
from esper_lint.tickets.store import TicketFolder
from esper_lint.tickets.ticket import Review, Verdict
from esper_lint.tickets.writing import render

_SAMPLES = Path(__file__).parents[1] / "tickets"


def made(folder: Path, count: int) -> None:
    """Three of four are like the seed, in length too; the rest are in the shapes of the tests."""
    seed = read_ticket((_SAMPLES / "seed.md").read_bytes(), "seed.md").ticket
    shapes = [path.read_bytes() for path in sorted((_SAMPLES / "shapes").glob("*.md"))]
    folder.mkdir()
    for number in range(count):
        path = folder / f"B{number // 100}-PT-{number:05d}.md"
        if number % 4 == 3:
            path.write_bytes(shapes[number % len(shapes)])
        else:
            path.write_text(render(replace(seed, id=path.stem)), encoding="utf-8")


def timed(what: str, call: Callable[[], object]) -> None:
    wall, own = time.perf_counter(), time.process_time()
    call()
    print(f"{what:<34} {time.perf_counter() - wall:8.3f} s   {time.process_time() - own:8.3f} s of its own")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--known", nargs=2, metavar=("FOLDER", "CACHE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.known:
        tickets = TicketFolder(Path(options.known[0]), cache=Path(options.known[1]))
        timed("by the next process", tickets.readings)
        timed("again in the same process", tickets.readings)
        first = tickets.readings()[0]
        patch = PutReview(Review("Jo", Verdict.NEUTRAL, "As it is."))
        timed("one review written", lambda: tickets.patch(first.name, [patch], first.digest))
        timed("and read again", tickets.readings)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "findings", Path(name) / "cache"
        made(folder, options.count)
        time.sleep(2.5)  # a stamp of just now is not trusted
        timed(f"{options.count} tickets cold", TicketFolder(folder, cache=cache).readings)
        size = sum(path.stat().st_size for path in cache.iterdir())
        print(f"{'the cache':<34} {size / 1e6:8.1f} MB")
        command = [sys.executable, "-m", "tests.benchmarks.ticket_folder", "--known", str(folder), str(cache)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
