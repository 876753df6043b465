"""The recording of one run of pytest, in one process or in the many of pytest-xdist.

A process of pytest-xdist writes its part into a folder of the one that started it, which keeps all parts together: so a
run that is interrupted still has what its processes saw.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esper_lint.config import ConfigError, load
from esper_lint.pyproject import shown
from esper_lint.verification.keeping import kept_together
from esper_lint.verification.recording import Recorder
from esper_lint.verification.recordings import (
    LeftOut,
    Recording,
    RecordingError,
    read_recording,
    write_recording,
)

_PARTS = "esper_record_parts"
_MOST_SHOWN = 20


class Session:
    """Starts recording, writes the file, and sums up.  Only the constructor raises."""

    def __init__(self, target: Path, recorder: Recorder, part: Path | None = None) -> None:
        self._target = target
        self._recorder = recorder
        self._part = part
        self._parts: Path | None = None
        self._recording = Recording()
        self._seen: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._elsewhere: Counter[str] = Counter()
        self._problem = ""

    @classmethod
    def of(cls, config: pytest.Config) -> Session:
        """Raises pytest.UsageError for settings and files that cannot be used."""
        target = Path(config.invocation_params.dir, config.getoption("--esper-record"))
        try:
            settings = load(str(config.rootpath), {}).config
        except ConfigError as error:
            raise pytest.UsageError(str(error)) from None
        if not target.parent.is_dir() or target.is_dir():
            raise pytest.UsageError(f"--esper-record {shown(str(target))}: there is no folder for such a file")
        project = settings.project if settings.has_table else str(config.rootpath)
        recorder = Recorder(
            [os.path.join(project, root) for root in settings.roots] or [project],
            config.getoption("--esper-record-package"),
        )
        worker = getattr(config, "workerinput", None)
        part = None if worker is None else Path(worker[_PARTS], f"{worker['workerid']}.json")
        return cls(target, recorder, part)

    @property
    def is_worker(self) -> bool:
        return self._part is not None

    def start(self) -> None:
        self._recorder.start()

    def leave_out(self, path: Path) -> None:
        self._recorder.scope.leave_out(str(path))

    def next_test(self) -> None:
        self._recorder.next_test()

    def prepare_worker(self, given: dict[str, Any]) -> None:
        if self._parts is None:
            self._parts = Path(tempfile.mkdtemp(prefix="esper-record-"))
        given[_PARTS] = str(self._parts)

    def finish(self) -> None:
        """Write what was recorded: a worker its part, the one process that is none the file."""
        self._recorder.stop()
        recorder = self._recorder
        self._recording = recorder.recording()
        self._seen = Counter(constructions=recorder.constructions, calls=recorder.calls)
        self._failures, self._elsewhere = recorder.failures, recorder.elsewhere
        try:
            if self._part is not None:
                write_recording(self._part, self._recording)
                counts = [self._seen, self._failures, self._elsewhere]
                self._part.with_suffix(".counts").write_text(json.dumps(counts), encoding="utf-8")
            else:
                if self._parts is not None:
                    self._gather(self._parts)
                write_recording(self._target, self._recording)
        except (RecordingError, OSError, ValueError) as error:
            self._problem = str(error)

    def _gather(self, parts: Path) -> None:
        recordings = [read_recording(path) for path in sorted(parts.glob("*.json"))]
        self._recording = kept_together([self._recording, *recordings])
        for path in parts.glob("*.counts"):
            for counter, more in zip(
                (self._seen, self._failures, self._elsewhere), json.loads(path.read_text(encoding="utf-8")), strict=True
            ):
                counter.update(more)

    def close(self) -> None:
        """Also where the run never came to its end."""
        self._recorder.stop()
        if self._parts is not None:
            shutil.rmtree(self._parts, ignore_errors=True)

    def summary(self, folder: Path) -> Iterator[str]:
        if self._problem:
            yield self._problem
            return
        cases = self._recording.cases
        classes = {case.build.name for case in cases}
        yield (
            f"recorded {_counted(len(classes), 'class', 'classes')} in {_counted(len(cases), 'case')}, of"
            f" {_counted(self._seen['constructions'], 'construction')} and {_counted(self._seen['calls'], 'call')},"
            f" in {shown(str(self._target))}"
        )
        missing = [one for one in self._recording.left_out if one.name not in classes]
        partly = len(self._recording.left_out) - len(missing)
        yield from (f"not recorded: {_line(one)}" for one in missing[:_MOST_SHOWN])
        if len(missing) > _MOST_SHOWN:
            yield f"not recorded: {len(missing) - _MOST_SHOWN} more, which the file lists"
        if partly:
            yield f"of recorded classes, the file lists {_counted(partly, 'reason')} why a part of them was left out"
        if not classes and self._elsewhere:
            [(name, _)] = self._elsewhere.most_common(1)
            yield f"all classes come from installed packages; to record those of {name}: --esper-record-package {name}"
        for failure, count in self._failures.most_common(3):
            yield f"the recorder failed {_counted(count, 'time')}, and the tests were not disturbed: {failure}"


def _line(one: LeftOut) -> str:
    return f"{one.name}: {one.reason}"


def _counted(count: int, noun: str, plural: str = "") -> str:
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
