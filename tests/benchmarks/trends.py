"""What ``esper-lint history`` costs in a repository with a long history: cold, warm, and after one more commit.

    python -m tests.benchmarks.trends [--commits N] [--files N]

The repository is that of ``tests.benchmarks.histories``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from esper_lint.config import load
from esper_lint.trend import known
from esper_lint.trend.chart import chart
from tests.benchmarks.costs import ENVIRONMENT, Cost, cost_of
from tests.benchmarks.histories import History
from tests.repositories import commit, git

_WHILE_S = 20


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=3000)
    parser.add_argument("--files", type=int, default=300)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "repository"
        folder.mkdir()
        History(folder, chosen.files).run(chosen.commits)
        git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
        git(folder, "reset", "--quiet", "--hard")
        commit(folder, {"pyproject.toml": "[tool.esper_lint]\n"})
        cache = Path(place) / "cache"
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(cache)}

        def cost(*options: str) -> Cost:
            return cost_of([sys.executable, "-m", "esper_lint", "history", *options], folder, environment)

        line = git(folder, "rev-list", "--count", "--first-parent", "HEAD")
        print(f"{git(folder, 'rev-list', '--count', 'HEAD')} commits, {line} on the main line, {chosen.files} files")
        _print("default, cold", cost())
        _print("default, warm", cost())
        _print("every one, the rest", cost("--every", "1"))
        _print("every one, warm", cost("--every", "1"))
        path = git(folder, "ls-files", "models").splitlines()[0]
        commit(folder, {path: (folder / path).read_text(encoding="utf-8").replace("torch.", "torch.y", 1)})
        _print("after a commit", cost("--every", "1"))
        for file in cache.rglob("*.sqlite"):
            print(f"{file.name:<34} {file.stat().st_size / 1e6:5.1f} MB")
        _killed(folder, {**environment, "XDG_CACHE_HOME": str(cache / "other")})
        config = load(str(folder), {"cache-dir": str(cache / "esper-lint")}).config
        start = time.perf_counter()
        trend = known(config)
        middle = time.perf_counter()
        assert trend is not None
        text = chart(trend)
        print(
            f"known(): {middle - start:.2f} s for {len(trend.samples)} records; chart(): "
            f"{time.perf_counter() - middle:.3f} s, {len(text) / 1e3:.0f} kB"
        )


def _killed(folder: Path, environment: dict[str, str]) -> None:
    """How much of a run that is killed after a while the next one need not do again."""
    command = [sys.executable, "-m", "esper_lint", "history", "--output-format", "json"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as child:
        time.sleep(_WHILE_S)
        child.kill()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    total = len(json.loads(done.stdout)["commits"])
    print(f"killed after {_WHILE_S} s: of {total} commits, {done.stderr.split(';')[1].strip()} after it")


def _print(what: str, cost: Cost) -> None:
    print(f"{what:<22} {cost.wall:6.2f} s, {cost.cpu:6.2f} s of CPU, {cost.resident / 1e6:4.0f} MB")


if __name__ == "__main__":
    main()
