"""Faults on the way of a ticket to the disk: each hits one of the calls by which the store changes something.

As a program, ``python -m tests.tickets.faults AT FOLDER`` changes a folder of tickets in each way that there is, and
kills itself just before call AT.
"""

from __future__ import annotations

import builtins
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

_CALLS = ("link", "fsync", "replace", "rename", "unlink")
_NAMES = (".md", ".tmp")


class Faults:
    """``hit`` is called before call ``at`` (from 0), and before all later ones if it ``stays``; ``calls`` counts."""

    def __init__(self, hit: Callable[[], object], at: int, *, stays: bool = False) -> None:
        self.calls = 0
        self._hit, self._at, self._stays = hit, at, stays

    def install(self, put: Callable[[Any, str, Any], object] = setattr) -> None:
        for name in _CALLS:
            put(os, name, self._before(getattr(os, name)))
        put(builtins, "open", self._before_writing(builtins.open))

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def faulty(*arguments: Any, **named: Any) -> Any:
            if all(isinstance(one, int) or _is_ours(one) for one in arguments):
                self._step()
            return call(*arguments, **named)

        return partial(faulty)

    def _before_writing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def faulty(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
            if set(mode) & set("wxa") and _is_ours(file):
                self._step()
            return call(file, mode, *arguments, **named)

        return faulty

    def _step(self) -> None:
        now, self.calls = self.calls, self.calls + 1
        if now == self._at or (self._stays and now > self._at):
            self._hit()


def full() -> NoReturn:
    raise OSError(28, "No space left on device")


def read_only() -> NoReturn:
    raise OSError(30, "Read-only file system")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def changed(folder: Path) -> None:
    """A new ticket, a review of it, and a move: each step starts from what is there."""
    from esper_lint.tickets.patching import PutReview
    from esper_lint.tickets.store import TicketFolder
    from esper_lint.tickets.ticket import Review, Ticket, Verdict

    tickets = TicketFolder(folder)
    reading = tickets.create(Ticket("N-1", "New"), "N-1.md")
    reading = tickets.patch("N-1.md", [PutReview(Review("Jo", Verdict.OBJECT, "No."))], reading.digest)
    tickets.patch("N-1.md", [], reading.digest, new_name="wontfix/N-1.md")


def _is_ours(name: object) -> bool:
    return isinstance(name, (str, os.PathLike)) and os.fspath(name).endswith(_NAMES)


if __name__ == "__main__":
    Faults(kill, int(sys.argv[1])).install()
    changed(Path(sys.argv[2]))
