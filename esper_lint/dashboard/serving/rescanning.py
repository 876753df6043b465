"""Scanning again while the pages of the last scan are served: one scan at a time, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from threading import Lock, Thread

from esper_lint.progress import Progress


class ScanState(str, Enum):
    IDLE = "idle"
    SCANNING = "scanning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Scanning:
    """How far it is: ``done`` of ``total`` steps of a stage, ``total`` 0 if nobody knows; ``error`` is one line."""

    state: ScanState = ScanState.IDLE
    stage: str = ""
    done: int = 0
    total: int = 0
    error: str = ""

    def as_json(self, board: int) -> dict[str, object]:
        """``board`` counts the boards that have been shown, so that a page knows when there is a newer one."""
        return {**asdict(self), "state": self.state.value, "board": board}


class Rescanner:
    """``scan`` does one scan and shows its result; what it raises is told as one line, and the old board stays.

    ``tell`` gets that line too.
    """

    def __init__(self, scan: Callable[[Progress], object], tell: Callable[[str], None]) -> None:
        self._scan = scan
        self._tell = tell
        self._lock = Lock()
        self._now = Scanning()
        self._is_ending = False
        self._thread: Thread | None = None

    @property
    def now(self) -> Scanning:
        return self._now

    def start(self) -> Scanning:
        """Begin a scan, unless one is under way."""
        with self._lock:
            if self._now.state is not ScanState.SCANNING and not self._is_ending:
                self._now = Scanning(ScanState.SCANNING)
                self._thread = Thread(target=self._run, name="rescan", daemon=True)
                self._thread.start()
            return self._now

    def end(self, patience_s: float = 5.0) -> None:
        """Make a scan that is under way stop at its next step, and start no other."""
        with self._lock:
            self._is_ending = True
        if self._thread is not None:
            self._thread.join(patience_s)

    # What the scan tells of its progress.

    def stage(self, name: str, total: int) -> None:
        self._stop_if_ending()
        self._now = Scanning(ScanState.SCANNING, name, 0, total)

    def advance(self, n: int = 1) -> None:
        self._stop_if_ending()
        self._now = replace(self._now, done=self._now.done + n)

    def _stop_if_ending(self) -> None:
        if self._is_ending:
            raise _Ended

    def _run(self) -> None:
        try:
            self._scan(self)
        except _Ended:
            self._now = Scanning()
        except Exception as error:
            line = " ".join(str(error).split()) or type(error).__name__
            self._now = Scanning(ScanState.FAILED, error=line)
            self._tell(f"the re-scan failed: {line}")
        else:
            self._now = Scanning()


class _Ended(Exception):
    """The server ends, and the scan with it."""
