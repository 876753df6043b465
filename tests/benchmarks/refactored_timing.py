"""How long the forwards of the refactored blueprints take, against the original ones.

    python tests/benchmarks/refactored_timing.py [--processes N] [--rounds N] [--only NAME]

Every process, one after the other, imports the original twice and the refactored package once, builds each blueprint
of all three, and runs these in turns, in rounds of several calls each; the least of all rounds counts.  What is built
first and what is run first changes.  The ratio is the median over the processes, of the refactored to the mean of the
two originals; the noise is what the two originals stay within of each other, in all processes but one of eight
(``esper_lint.verification.ratios``).  Measure on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from esper_lint.verification.ratios import Repetition, ratio_of  # noqa: E402

# Batch, length or height and width, and dim: from the overhead of a call to one that is mostly arithmetic.
SIZES = {
    "transformer": [(1, 16, 32), (4, 64, 128), (8, 256, 256)],
    "cnn": [(1, 8, 16), (4, 16, 32), (8, 32, 64)],
}
LEAST = 0.002  # seconds of calls in a round
NOISE = 0.02
# The original, the refactored one, and the original again: as in ``Repetition``.
PACKAGES = ("blueprints", "refactored", "blueprints")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=20, help="in each process")
    parser.add_argument("--only", default="", help="what the name of a blueprint holds")
    parser.add_argument("--turn", type=int, help="be one of the processes, and print what it measures as JSON")
    options = parser.parse_args()
    if options.turn is not None:
        for label, times in _measured(options.turn, options.rounds, options.only):
            print(json.dumps([label, times]), flush=True)
        return 0
    found: dict[str, list[Repetition]] = {}
    for turn in range(options.processes):
        asked = [f"--turn={turn}", f"--rounds={options.rounds}", f"--only={options.only}"]
        printed = subprocess.run([sys.executable, __file__, *asked], check=True, capture_output=True, text=True).stdout
        for label, times in map(json.loads, printed.splitlines()):
            found.setdefault(label, []).append(Repetition(*times))
        print(f"\r{turn + 1} of {options.processes} processes", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    _tell(found)
    return 0


def _tell(found: dict[str, list[Repetition]]) -> None:
    measured = within = 0
    print(f"{'blueprint':36} {'size':>14} {'original':>10} {'refactored':>10} {'noise':>7}")
    for label, repetitions in found.items():
        ratio, floor = ratio_of(repetitions)
        is_quiet = floor <= NOISE
        measured += is_quiet
        within += is_quiet and ratio <= 1 + NOISE
        blueprint, size = label.rsplit(" ", 1)
        remark = "  noisy" if not is_quiet else "  slower" if ratio > 1 + NOISE else ""
        original = median(one.old for one in repetitions) * 1e6
        print(f"{blueprint:36} {size:>14} {original:8.1f}us {ratio:10.3f} {floor:7.3f}{remark}")
    print(f"within {NOISE:.0%} of the original: {within} of the {measured} whose noise is at most {NOISE:.0%}")


def _measured(turn: int, rounds: int, only: str) -> Iterator[tuple[str, Sequence[float]]]:
    """The least times of the three, of each blueprint, in each world, at each size."""
    import torch

    from tests.sample_code.drawn import BLUEPRINTS
    from tests.sample_code.worlds import import_package

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    worlds = {
        flex: _in_turn(turn, [partial(import_package, name, flex=flex) for name in PACKAGES]) for flex in (True, False)
    }
    gc.disable()
    with torch.no_grad():
        for topology, name in BLUEPRINTS:
            for flex in (True, False) if name == "flex_attention" else (True,):
                world = (" (flex)" if flex else " (fallback)") if name == "flex_attention" else ""
                for size in SIZES[topology]:
                    label = f"{topology} {name}{world} {'x'.join(map(str, size))}"
                    if only in label:
                        makers = [partial(_call, of, topology, name, size) for of in worlds[flex]]
                        yield label, _least(_in_turn(turn, makers), rounds, turn)
                        gc.collect()


def _in_turn(turn: int, makers: Sequence[Callable[[], Any]]) -> list[Any]:
    """What they make, in their order; what is made first changes with the turn."""
    made = {}
    for at in range(len(makers)):
        which = (at + turn) % len(makers)
        made[which] = makers[which]()
    return [made[at] for at in range(len(makers))]


def _call(package: Any, topology: str, name: str, size: tuple[int, int, int]) -> Callable[[], Any]:
    import torch

    batch, length, dim = size
    torch.manual_seed(0)
    seed = package.get(topology, name).build(dim).eval()
    x = torch.randn(batch, length, dim) if topology == "transformer" else torch.randn(batch, dim, length, length)
    return lambda: seed(x)


def _least(calls: Sequence[Callable[[], Any]], rounds: int, first: int) -> list[float]:
    """The seconds that a call takes, each at its best of ``rounds``, in which all take turns."""
    for call in (*calls, *calls):
        call()
    start = time.perf_counter()
    calls[0]()
    count = max(1, round(LEAST / max(time.perf_counter() - start, 1e-7)))
    found = [float("inf")] * len(calls)
    for turn in range(first, first + rounds):
        for at in range(len(calls)):
            which = (at + turn) % len(calls)
            start = time.perf_counter()
            for _ in range(count):
                calls[which]()
            found[which] = min(found[which], (time.perf_counter() - start) / count)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
