"""What of a library can be recorded and replayed, and whether a replay ever refutes what does the same.

    python -m tests.benchmarks.replayed corpora/timm timm tests/benchmarks/drives/timm_models.py [--fix] [--cases 2]

The drive is a file of tests, which are run with ``--esper-record``; ``timm`` is the package in ``corpora/timm``.  Then
all its classes are verified against a copy, an equal one or, with ``--fix``, one that ``esper-lint fix`` has fixed.
Printed are how many classes there are, how many were recorded, and what became of them.  Needs what the library needs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

_PROJECT = "[tool.esper_lint]\ncopied-from = false\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("package")
    parser.add_argument("drive", type=Path)
    parser.add_argument("--fix", action="store_true", help="verify against a fixed copy")
    parser.add_argument("--cases", type=int, default=2, help="cases for each class")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        old, new = (_copied(options.folder / options.package, Path(place, name)) for name in ("old", "new"))
        cases = Path(place, "cases.json")
        started = time.perf_counter()
        _run("-m", "pytest", "-q", "-n0", "-pno:cacheprovider", "-W", "ignore", f"--rootdir={old.parent}",
             f"--esper-record={cases}", f"--esper-record-package={options.package}",
             str(options.drive.resolve()), at=old.parent)  # fmt: skip
        kept = json.loads(cases.read_text(encoding="utf-8"))["cases"]
        names = {one["build"]["class"] for one in kept}
        print(f"recorded {len(names)} classes in {len(kept)} cases, {time.perf_counter() - started:.0f} s")
        if options.fix:
            print(_run("-m", "esper_lint", "fix", str(new), at=new.parent).stderr.splitlines()[-1])
        return _verified(old, new, cases, options.cases, is_fixed=options.fix)


def _copied(package: Path, place: Path) -> Path:
    place.mkdir()
    (place / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    shutil.copytree(package, place / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    return place / package.name


def _verified(old: Path, new: Path, cases: Path, count: int, *, is_fixed: bool) -> int:
    started = time.perf_counter()
    # An equal copy has no class that changed, and of a fixed one only those are asked for that did.
    scope = [] if is_fixed else ["--all"]
    limits = ["--cases", str(count), "--thorough", "0", "--no-timing", "--no-compile", "--output-format=json"]
    asked = ["verify", str(old), str(new), *scope, "--recording", str(cases), *limits]
    found = _run("-m", "esper_lint", *asked, at=old.parent)
    records: list[dict[str, Any]] = json.loads(found.stdout)["classes"]
    statuses = Counter(one["status"] for one in records)
    returned = sum(one["cases"] > 0 for one in records)
    print(f"{len(records)} classes, {returned} built and called, {time.perf_counter() - started:.0f} s")
    print(", ".join(f"{number} {status}" for status, number in sorted(statuses.items())))
    for one in records:
        if one["status"] == "REFUTED":
            refutation = one["refutation"]
            print(f"  REFUTED {one['path']}: {one['qualname']}: {refutation['check']} {refutation['detail']}")
    why = Counter(line[:100] for one in records if one["status"] == "UNVERIFIED" for line in one["missing"][:1])
    for line, number in why.most_common(12):
        print(f"  {number} x {line}")
    return 1 if statuses["REFUTED"] else 0


def _run(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    """Neither findings nor tests that fail are a reason to stop; what is read afterwards must be there."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(at), os.getcwd()))}
    return subprocess.run(
        [sys.executable, *arguments], cwd=at, env=environment, text=True, capture_output=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
