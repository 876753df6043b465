"""A command of the user's, run by a worker, whose death takes all that the command started along."""

from __future__ import annotations

import os
import selectors
import subprocess
from collections.abc import Mapping
from typing import Any

from esper_lint.verification.worker import Handler

HANDLERS_OF_COMMANDS = f"{__name__}:HANDLERS"

_TICK_S = 0.05
_KEPT = 16_384  # bytes of output


def run(request: Mapping[str, Any]) -> object:
    """The exit status of ``command``, negative for a signal, and the end of what it printed.

    Modules are looked for in ``path`` first, in the command and whatever it starts, so that a package which is also
    installed, editable or not, is the one that lies there.  Raises OSError where there is no such command.
    """
    path = [*request["path"], *filter(None, [os.environ.get("PYTHONPATH")])]
    with subprocess.Popen(
        request["command"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
    ) as process:
        output = _end_of_output(process)
    return {"status": process.returncode, "output": output.decode("utf-8", "backslashreplace")}


def _end_of_output(process: subprocess.Popen[bytes]) -> bytes:
    """What was printed last, once the process has ended: what it left behind may hold the pipe open for ever."""
    assert process.stdout is not None
    kept = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            has_ended = process.poll() is not None  # first: what it wrote before is all there to be read
            if selector.select(_TICK_S):
                data = os.read(process.stdout.fileno(), 1 << 16)
                if not data:
                    process.wait()
                    return kept
                kept = (kept + data)[-_KEPT:]
            elif has_ended:
                return kept


HANDLERS: dict[str, Handler] = {"run": run}
