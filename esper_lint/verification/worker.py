"""The process that runs foreign code: requests in on one pipe, replies out on another, a line of JSON each.

What to do with a request is the business of a table of handlers; this room only reads, calls and writes.  It is started
by ``process.Worker`` and by nobody else, in a process group of its own, and leaves when its requests end.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from esper_lint.verification.masking import mask

HANDLERS = "esper_lint.verification.handlers:HANDLERS"
NO_PIPES = 75  # the exit status of a worker whose pipes the foreign code closed
CONFIGURE = "configure"  # called once with the configuration, if the table has it

_MESSAGE = 4_000  # characters of a message that are told
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9

Handler = Callable[[Mapping[str, Any]], object]


def main(requests: int, replies: int) -> None:
    """Serve until the other end of ``requests``, a descriptor, is closed; the first line is the configuration.

    Never returns: threads that the foreign code left behind must not keep the process alive.
    """
    process = os.getpid()
    _die_with_the_parent()
    with os.fdopen(requests, "rb", closefd=False) as lines:
        try:
            configuration = json.loads(lines.readline())
            handlers = _prepared(configuration)
        except BaseException as error:
            _reply(replies, {"n": 0, "raised": raised(error)})
            os._exit(1)
        _reply(replies, {"n": 0, "ok": None})
        while line := _next(lines):
            request = json.loads(line)
            number, do = request.pop("n"), request.pop("do")
            try:
                reply = {"n": number, "ok": handlers[do](request)}
                data = json.dumps(reply)
            except BaseException as error:  # SystemExit too: what the foreign code raises ends no worker
                data = json.dumps({"n": number, "raised": raised(error)})
            if os.getpid() != process:
                os._exit(0)  # a child that the foreign code forked and that came back: the parent replies
            _write(replies, data)
    os._exit(0)


def _next(lines: BinaryIO) -> bytes:
    """The next request; nothing at their end."""
    try:
        return lines.readline()
    except OSError:
        os._exit(NO_PIPES)


def raised(error: BaseException) -> dict[str, str]:
    """An exception as plain values; never raises, whatever the exception's own methods do."""
    try:
        message = str(error)
    except BaseException:
        message = "(no message: str() of the exception failed)"
    where = ""
    with contextlib.suppress(BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return {"type": type(error).__name__, "message": message[:_MESSAGE], "where": where}


def _prepared(configuration: Mapping[str, Any]) -> dict[str, Handler]:
    """The handlers, once everything is as the configuration wants it."""
    _limit(configuration["memory_mb"])
    sys.argv = [""]
    sys.path[:] = [*configuration["path"], *(entry for entry in sys.path if entry)]
    module, _, name = configuration["handlers"].partition(":")
    handlers: dict[str, Handler] = {
        "loaded": _loaded,
        "importable": _importable,
        **getattr(importlib.import_module(module), name),
    }
    if CONFIGURE in handlers:
        handlers[CONFIGURE](configuration)
    # Only now: the handlers' own torch must be whole.
    mask(configuration["masked"])
    if configuration["folder"]:
        os.chdir(configuration["folder"])
    return handlers


def _loaded(request: Mapping[str, Any]) -> object:
    """The files below ``folders`` that modules were loaded from."""
    folders = tuple(os.path.join(folder, "") for folder in request["folders"])
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted({file for file in files if isinstance(file, str) and file.startswith(folders)})


def _importable(request: Mapping[str, Any]) -> object:
    """Those of ``names`` that can be imported, as a module or from one."""
    return [name for name in request["names"] if _is_importable(name)]


def _is_importable(name: str) -> bool:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
        return True
    package, _, item = name.rpartition(".")
    with contextlib.suppress(Exception):
        return hasattr(importlib.import_module(package), item)
    return False


def _limit(memory_mb: int) -> None:
    """No core files, and no more private memory than this.

    RLIMIT_AS would be of no use: torch's libraries and reserved arenas take address space that is never touched.
    RLIMIT_DATA counts what is writable and private (an idle torch 2.13.0: 140 of 520 MB), so one vast allocation fails
    at once, before it can make the machine swap; what children and shared memory take, the parent watches.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # a system that will not have it
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))


def _die_with_the_parent() -> None:
    """A parent that is killed cannot stop a module that hangs; where Linux does it, nothing is left behind."""
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def _reply(replies: int, reply: Mapping[str, object]) -> None:
    _write(replies, json.dumps(reply))


def _write(replies: int, data: str) -> None:
    rest = memoryview(data.encode() + b"\n")
    try:
        while rest:
            rest = rest[os.write(replies, rest) :]
    except OSError:
        os._exit(NO_PIPES)
