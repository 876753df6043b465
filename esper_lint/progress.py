"""How a run tells how far it is, and how its caller ends it early."""

from __future__ import annotations

import math
import time
from typing import Protocol


class Progress(Protocol):
    """Whoever wants to show how far a run is, or to end it by raising an exception."""

    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int = 1) -> None: ...


class Silence:
    """Shows nothing."""

    def stage(self, name: str, total: int) -> None:
        pass

    def advance(self, n: int = 1) -> None:
        pass


class OutOfPatience(Exception):
    """The tree cannot be compared within the time that the caller has."""


class Deadline:
    """Passes on what it is told, and raises OutOfPatience once the time is up; without ``patience_s`` it never is."""

    def __init__(self, told: Progress, patience_s: float | None) -> None:
        self._told = told
        self._end = math.inf if patience_s is None else time.monotonic() + patience_s

    @property
    def left_s(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def stage(self, name: str, total: int) -> None:
        self._told.stage(name, total)
        if total:
            self.check()

    def advance(self, n: int = 1) -> None:
        self._told.advance(n)
        self.check()

    def check(self) -> None:
        if self.left_s == 0.0:
            raise OutOfPatience
