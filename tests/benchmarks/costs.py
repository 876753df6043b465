"""A command -> what it cost: wall and CPU seconds with all its children, and its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import esper_lint

# The command is started from other folders than the repository's, and compiled once, as an installed one is.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPATH": str(Path(esper_lint.__file__).parents[1])
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, and the largest resident set of any one process in bytes (the kernel keeps no sum)."""

    wall: float
    cpu: float
    resident: int


def cost_of(command: Sequence[str], cwd: Path, environment: Mapping[str, str] = ENVIRONMENT) -> Cost:
    """Run a command, its output thrown away.  Raises RuntimeError for a status that no linter uses for findings."""
    before = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} exited {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def typical(costs: Sequence[Cost]) -> Cost:
    """The median of each measure."""
    return Cost(
        median(one.wall for one in costs), median(one.cpu for one in costs), int(median(one.resident for one in costs))
    )


def peak_of_tree(command: Sequence[str], cwd: Path, environment: Mapping[str, str] = ENVIRONMENT) -> int | None:
    """The greatest sum over all processes of a run, in bytes, pages that are shared counted once; Linux only.

    Sampled every 20 ms, which slows the run down: not to be timed.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional_set, _tree(process.pid))))
        time.sleep(0.02)
    return peak


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:  # grows while it is walked
        for task in _read(f"/proc/{parent}/task/{parent}/children").split():
            found.append(int(task))
    return found


def _proportional_set(pid: int) -> int:
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:
        return ""  # it has ended
