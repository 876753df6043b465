"""One run in a process of its own -> CPU seconds by stage, as JSON; what ``scaling`` starts for every size.

python -m tests.benchmarks.stages FOLDER [JOBS]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from esper_lint.analysis import analyse
from tests.benchmarks.reported import settings


class Stages:
    """A ``Progress`` that adds up what each stage costs, children that have ended included."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name = "finding files"
        self._since = _cpu()

    def stage(self, name: str, total: int) -> None:
        now = _cpu()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._name, self._since = name, now

    def advance(self, n: int = 1) -> None:
        pass


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    folder, jobs = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    progress = Stages()
    report = analyse([str(folder)], settings(folder, jobs=jobs), cwd=str(folder), use_cache=False, progress=progress)
    progress.stage("", 0)
    json.dump({"forwards": report.summary.forwards, "groups": report.summary.groups, **progress.seconds}, sys.stdout)


if __name__ == "__main__":
    main()
