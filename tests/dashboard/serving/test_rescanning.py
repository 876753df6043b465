"""One scan at a time, beside the pages."""

from __future__ import annotations

import threading

import pytest

from esper_lint.dashboard.serving.rescanning import Rescanner, Scanning, ScanState
from esper_lint.progress import Progress

WAIT_S = 20


class Scan:
    """A scan that waits to be let on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.runs = 0
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, progress: Progress) -> None:
        self.runs += 1
        progress.stage("reading", 7)
        progress.advance(3)
        self.has_begun.set()
        assert self.may_end.wait(WAIT_S)
        progress.advance()
        if self.error:
            raise self.error


def unheard(line: str) -> None:
    raise AssertionError(line)


def done(rescanner: Rescanner) -> Scanning:
    assert rescanner._thread is not None
    rescanner._thread.join(WAIT_S)
    return rescanner.now


def test_a_scan_tells_how_far_it_is_and_only_one_runs() -> None:
    scan = Scan()
    rescanner = Rescanner(scan, unheard)
    assert rescanner.now == Scanning()
    assert rescanner.start().state is ScanState.SCANNING
    assert scan.has_begun.wait(WAIT_S)
    assert rescanner.now == rescanner.start() == Scanning(ScanState.SCANNING, "reading", 3, 7)
    assert rescanner.now.as_json(4) == {
        "state": "scanning",
        "stage": "reading",
        "done": 3,
        "total": 7,
        "error": "",
        "board": 4,
    }
    scan.may_end.set()
    assert done(rescanner) == Scanning()
    assert scan.runs == 1


def test_after_a_scan_another_one_may_start() -> None:
    scan = Scan()
    scan.may_end.set()
    rescanner = Rescanner(scan, unheard)
    for _ in range(3):
        rescanner.start()
        done(rescanner)
    assert scan.runs == 3


@pytest.mark.parametrize(
    ("error", "line"), [(ValueError("settings:2:\n  unknown"), "settings:2: unknown"), (KeyError(), "KeyError")]
)
def test_a_scan_that_fails_says_so_in_one_line_and_may_be_tried_again(error: Exception, line: str) -> None:
    scan, told = Scan(error), list[str]()
    scan.may_end.set()
    rescanner = Rescanner(scan, told.append)
    rescanner.start()
    assert done(rescanner) == Scanning(ScanState.FAILED, error=line)
    assert told == [f"the re-scan failed: {line}"]
    scan.error = None
    rescanner.start()
    assert done(rescanner) == Scanning()


def test_the_end_of_the_server_ends_a_scan() -> None:
    scan = Scan()
    rescanner = Rescanner(scan, unheard)
    rescanner.start()
    assert scan.has_begun.wait(WAIT_S)
    ending = threading.Thread(target=rescanner.end)
    ending.start()
    while not rescanner._is_ending:
        pass
    scan.may_end.set()
    ending.join(WAIT_S)
    assert rescanner.now == Scanning()
    rescanner.start()
    assert scan.runs == 1
