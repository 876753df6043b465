"""A progress bar on standard error, for runs that are long enough to wonder about."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 0.5  # seconds without a bar: a warm run ends before, and importing rich alone costs about 0.15
REDRAW = 0.1  # seconds between drawings


class TerminalProgress:
    """Stages of work, with rate and time left.  Draws nothing in the first half second, nor off a terminal.

    It draws when told of an advance, never from a thread of its own: a process that forks workers must not have one.
    """

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._next = time.monotonic() + PATIENCE
        self._stage = ("", 0)
        self._done = 0
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def stage(self, name: str, total: int) -> None:
        """What follows is ``name``, in ``total`` steps (0 if nobody knows)."""
        self._stage, self._done = (name, total), 0
        if self._bar is not None and self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None
            self._draw()

    def advance(self, n: int = 1) -> None:
        """``n`` more steps of the stage are done."""
        self._done += n
        if self._shown and time.monotonic() >= self._next:
            self._draw()
            self._next = time.monotonic() + REDRAW

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _draw(self) -> None:
        if self._bar is None:
            self._bar = _bar()
            self._bar.start()
        name, total = self._stage
        if self._task is None:
            self._task = self._bar.add_task(name, total=total or None, rate="")
        task = self._bar.tasks[0]
        rate = f"{task.speed:,.0f}/s" if task.speed else ""
        self._bar.update(self._task, completed=self._done, rate=rate)
        self._bar.refresh()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    )
