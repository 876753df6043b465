"""How long the report takes with an index that is up to date, how large it is, and how long each page takes.

``python -m tests.benchmarks.boards FOLDER``: the folder is the project.  Times are of this process; the first run of a
folder builds the index, and is not timed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from esper_lint.config import load
from esper_lint.dashboard import routes
from esper_lint.dashboard.board import Board, board_of
from esper_lint.dashboard.one_file import one_file
from esper_lint.dashboard.rendering import Pages, Surroundings

Value = TypeVar("Value")
_RUNS = 3
_LIMIT = 0.5


def timed(function: Callable[[], Value]) -> tuple[Value, float, float]:
    """What it returns, the seconds that it took, and those of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    value = function()
    return value, time.perf_counter() - wall, time.process_time() - processor


def addresses(board: Board) -> Iterator[tuple[str, dict[str, str]]]:
    for route in routes.ROUTES:
        if not route.parameters:
            yield route.name, {}
    for group in board.groups:
        yield "group", {"id": group}
        yield "fix", {"id": group}
    for key in board.filed:
        yield "ticket", {"id": key}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    folder = os.path.realpath(parser.parse_args().folder)
    config = load(folder, {}).config
    board_of(config, [folder], folder)
    for _ in range(_RUNS):
        board, wall, processor = timed(partial(board_of, config, [folder], folder))
        text, wall_of_file, processor_of_file = timed(partial(one_file, board))
        size = len(text.encode("utf-8"))
        print(
            f"report: {wall + wall_of_file:.1f} s ({processor + processor_of_file:.1f} s of the processor),"
            f" {size / 1e6:.1f} MB, {len(board.groups)} groups"
        )
    pages = Pages(board, Surroundings(is_served=True))
    costs: dict[str, list[tuple[float, float, str]]] = {}
    for name, path in addresses(board):
        html, wall, processor = timed(partial(pages.html, name, **path))
        costs.setdefault(name, []).append((wall, processor, f"{len(html):,} bytes {path.get('id', '')}"))
    print("page: count, median and worst seconds, worst of the processor, the worst one")
    for name, found in costs.items():
        worst = max(found)
        median = statistics.median(wall for wall, _, _ in found)
        over = sum(wall > _LIMIT for wall, _, _ in found)
        most = max(processor for _, processor, _ in found)
        print(f"{name}: {len(found)}, {median:.3f}, {worst[0]:.3f}, {most:.3f}; {worst[2]}; {over} over {_LIMIT} s")


if __name__ == "__main__":
    main()
