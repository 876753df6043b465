"""What of a library can be recorded and replayed, and whether a replay ever refutes what does the same.

    python -m tests.benchmarks.replayed corpora/timm timm tests/benchmarks/drives/timm_models.py [--fix] [--cases 1]

The drive is a file of tests, which are run with ``--esper-record``; ``timm`` is the package in ``corpora/timm``.  Then
all its classes are verified against a copy, an equal one or, with ``--fix``, one that ``esper-lint fix`` has fixed, of
which those classes are compared that may differ.  Printed are how many classes there are, how many were recorded, and
what became of them, also where ``--minutes`` ended it.  With ``--keep``, a folder, what was recorded there before is
taken.  Needs what the library needs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from esper_lint.config import Config, load
from esper_lint.progress import Deadline, OutOfPatience, Silence
from esper_lint.verification.pairing import inventory
from esper_lint.verification.recordings import read_recording
from esper_lint.verification.records import ClassRecord, Status
from esper_lint.verification.running import Asked, verified
from esper_lint.verification.specs import Case
from esper_lint.verification.verifying import Wants
from esper_lint.verification.versions import Version, of_places

_PROJECT = "[tool.esper_lint]\ncopied-from = false\n"
_TIME_LIMIT_S = 30.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("package")
    parser.add_argument("drive", type=Path)
    parser.add_argument("--fix", action="store_true", help="verify against a fixed copy")
    parser.add_argument("--unsafe-fixes", action="store_true", help="with --fix, UNSAFE fixes too")
    parser.add_argument("--fixed", type=Path, help="the package as ``fixes --keep`` has left it, to verify against")
    parser.add_argument("--cases", type=int, default=1, help="cases for each class")
    parser.add_argument("--minutes", type=float, help="for verifying, before it is ended")
    parser.add_argument("--keep", type=Path, help="where the copies and the recording stay")
    options = parser.parse_args()
    with ExitStack() as stack:
        place = options.keep.resolve() if options.keep else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        packages = options.folder / options.package, options.fixed or options.folder / options.package
        old, new = (_copied(one, place / name) for one, name in zip(packages, ("old", "new"), strict=True))
        recording = place / "cases.json"
        if not recording.exists():
            _record(options.drive, options.package, recording, old.parent)
        cases = read_recording(recording).cases
        print(f"recorded {len({one.build.name for one in cases})} classes in {len(cases)} cases")
        if options.fix:
            unsafe = ["--unsafe-fixes"] if options.unsafe_fixes else []
            print(_run("-m", "esper_lint", "fix", *unsafe, str(new), at=new.parent).stderr.splitlines()[-1])
        return _verified(old, new, cases, options)


def _copied(package: Path, place: Path) -> Path:
    """A fresh copy, whatever lay there: an earlier run may have fixed it."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    shutil.copytree(package, place / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    return place / package.name


def _record(drive: Path, package: str, recording: Path, at: Path) -> None:
    started = time.perf_counter()
    found = _run("-m", "pytest", "-q", "-n0", "-pno:cacheprovider", "-W", "ignore", "-c", os.devnull, "--tb=line",
         f"--rootdir={at}", f"--esper-record={recording.resolve()}", f"--esper-record-package={package}",
         str(drive.resolve()), at=at)  # fmt: skip
    print(f"{found.stdout.splitlines()[-1]}; {time.perf_counter() - started:.0f} s")


def _verified(old: Path, new: Path, cases: Sequence[Case], options: argparse.Namespace) -> int:
    config = load(str(old.parent), {}).config
    versions = of_places(str(old), str(new))
    wants = Wants(options.cases, 0, time_limit_s=_TIME_LIMIT_S, with_timing=False, with_compile=False)
    patience = Deadline(Silence(), None if options.minutes is None else 60 * options.minutes)
    records: list[ClassRecord] = []
    started = time.perf_counter()
    try:
        # An equal copy has no class that may differ.
        verified(
            Asked(*versions, everything=not (options.fix or options.fixed)),
            cases,
            wants,
            config,
            patience,
            told=records.append,
        )
    except OutOfPatience:
        print(f"ended after {options.minutes:g} minutes")
    _tell(records, _classes(versions[0], config), time.perf_counter() - started)
    return 1 if any(one.status is Status.REFUTED for one in records) else 0


def _classes(version: Version, config: Config) -> int:
    return len(inventory(version, (), config, Silence()).classes)


def _tell(records: Sequence[ClassRecord], classes: int, seconds: float) -> None:
    returned = sum(one.cases > 0 for one in records)
    statuses = Counter(one.status.value for one in records)
    print(f"{returned} of {classes} classes built and called ({returned / classes:.0%}), {seconds:.0f} s")
    print(", ".join(f"{number} {status}" for status, number in sorted(statuses.items())), f"of {len(records)}")
    for one in records:
        if one.refutation is not None:
            check = one.refutation.check
            print(f"  REFUTED {one.path}: {one.qualname}: {check.name} {check.detail}")
    why = Counter(line[:100] for one in records if one.status is Status.UNVERIFIED for line in one.missing[:1])
    for line, number in why.most_common(12):
        print(f"  {number} x {line}")


def _run(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    """Neither findings nor tests that fail are a reason to stop; what is read afterwards must be there."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(at), os.getcwd()))}
    return subprocess.run(
        [sys.executable, *arguments], cwd=at, env=environment, text=True, capture_output=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
