"""How long the forwards of the refactored blueprints take, against the original ones.

    python tests/benchmarks/refactored_timing.py [--rounds N] [--only NAME]

Original and refactored run in turns, the first in turn changing, in rounds of several calls each; the least of all
rounds counts.  Beside the ratio stands that of the original against a second copy of itself, measured in the same
rounds: where it is off 1 by as much, a ratio says nothing.  Measure on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from tests.sample_code.drawn import BLUEPRINTS  # noqa: E402
from tests.sample_code.worlds import import_package  # noqa: E402

# Batch, length or height and width, and dim: from the overhead of a call to one that is mostly arithmetic.
SIZES = {
    "transformer": [(1, 16, 32), (4, 64, 128), (8, 256, 256)],
    "cnn": [(1, 8, 16), (4, 16, 32), (8, 32, 64)],
}
LEAST = 0.004  # seconds of calls in a round
NOISE = 0.02


def least(calls: Sequence[Callable[[], Any]], rounds: int) -> list[float]:
    """The seconds that a call takes, each at its best of ``rounds``, in which all take turns."""
    for call in calls:
        call()
    start = time.perf_counter()
    calls[0]()
    count = max(1, round(LEAST / max(time.perf_counter() - start, 1e-7)))
    found = [float("inf")] * len(calls)
    for turn in range(rounds):
        for at in range(len(calls)):
            which = (at + turn) % len(calls)
            start = time.perf_counter()
            for _ in range(count):
                calls[which]()
            found[which] = min(found[which], (time.perf_counter() - start) / count)
    return found


def call_of(package: Any, topology: str, name: str, size: tuple[int, int, int]) -> Callable[[], Any]:
    batch, length, dim = size
    torch.manual_seed(0)
    seed = package.get(topology, name).build(dim).eval()
    x = torch.randn(batch, length, dim) if topology == "transformer" else torch.randn(batch, dim, length, length)
    return lambda: seed(x)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    first, second, refactored = (import_package(name, flex=True) for name in ("blueprints", "blueprints", "refactored"))
    fallbacks = [import_package(name, flex=False) for name in ("blueprints", "blueprints", "refactored")]
    measured = within = 0
    print(f"{'blueprint':36} {'size':>14} {'original':>10} {'refactored':>10} {'noise':>7}")
    with torch.no_grad():
        for topology, name in BLUEPRINTS:
            worlds = {"": [first, second, refactored]}
            if name == "flex_attention":
                worlds = {" (flex)": [first, second, refactored], " (fallback)": fallbacks}
            for world, packages in worlds.items():
                label = f"{topology} {name}{world}"
                for size in SIZES[topology]:
                    if arguments.only not in label:
                        continue
                    calls = [call_of(package, topology, name, size) for package in packages]
                    original, again, changed = least(calls, arguments.rounds)
                    noise, ratio = abs(again / original - 1), changed / original
                    is_quiet = noise <= NOISE
                    measured += is_quiet
                    within += is_quiet and ratio <= 1 + NOISE
                    sizes = "x".join(map(str, size))
                    told = f"{original * 1e6:8.1f}us {ratio:10.3f} {noise:7.3f}"
                    print(f"{label:36} {sizes:>14} {told}{'' if is_quiet else '  noisy'}", flush=True)
    print(f"within {NOISE:.0%} of the original: {within} of the {measured} whose noise is at most {NOISE:.0%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
