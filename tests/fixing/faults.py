"""Faults on the way of a fix to the disk: each hits one of the calls by which the transaction changes something.

As a program, ``python -m tests.fixing.faults AT ARGUMENTS`` runs the command and kills itself just before call AT.
"""

from __future__ import annotations

import builtins
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

_WRITERS = ("link", "fsync")
_MOVERS = ("replace", "unlink")
# The files of a project, what lies beside them meanwhile, and the journal; the index is none of its business.
_NAMES = (".py", ".tmp", ".old", ".json", ".previous")


class Faults:
    """``hit`` is called before call ``at`` (from 0), and before all later ones if it ``stays``; ``calls`` counts."""

    def __init__(self, hit: Callable[[], object], at: int, *, stays: bool = False, movers: bool = True) -> None:
        self.calls = 0
        self._hit, self._at, self._stays = hit, at, stays
        self._names = (*_WRITERS, *_MOVERS) if movers else _WRITERS

    def install(self, put: Callable[[Any, str, Any], object] = setattr) -> None:
        for name in self._names:
            put(os, name, self._before(getattr(os, name)))
        put(builtins, "open", self._before_writing(builtins.open))

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def faulty(*arguments: Any, **named: Any) -> Any:
            if all(isinstance(one, int) or _is_ours(one) for one in arguments):
                self._step()
            return call(*arguments, **named)

        return partial(faulty)  # what pathlib of Python 3.10 keeps in a class must not become a method of that

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


def broken() -> NoReturn:
    raise OSError(5, "Input/output error")


def interrupt() -> NoReturn:
    raise KeyboardInterrupt


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _is_ours(name: object) -> bool:
    return isinstance(name, (str, os.PathLike)) and os.fspath(name).endswith(_NAMES)


def main() -> int:
    Faults(kill, int(sys.argv[1])).install()
    from esper_lint.cli import main as run

    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
