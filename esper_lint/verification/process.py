"""Foreign code at arm's length: a worker process that is asked and watched, and killed with all that it started.

Nothing that the code under test does reaches this process but values of JSON: not its exits, crashes, endless loops,
output, memory or children.
"""

from __future__ import annotations

import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import esper_lint
from esper_lint.verification.worker import HANDLERS, NO_PIPES

START_S = 180.0  # to import torch, and the handlers; a cold disk takes its time
TOKEN = "ESPER_LINT_WORKER"  # in the environment of a worker and of whatever it starts, even in other sessions

_TICK_S = 0.05
_FAREWELL_S = 1.0  # between the end of the pipes and that of the process
_EXEC_S = 0.1  # that a process may take to get its environment; those that have none at all are few
_SURVEY_S = 0.5  # between looks at all processes of the system; the worker's own memory is looked at every tick
_LOG = 16_384  # bytes of output that are kept
_SHOWN = 2_000  # characters of it that are told
_LARGEST_REPLY = 256 << 20
_FOLDER = os.path.dirname(os.path.abspath(esper_lint.__file__))
# Not ``-m``: that puts the working directory, or a folder of packages, before the standard library.
_BOOT = """\
import importlib.util, os, sys
spec = importlib.util.spec_from_file_location("esper_lint", sys.argv[1], submodule_search_locations=[sys.argv[2]])
sys.modules["esper_lint"] = package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
from esper_lint.verification.worker import main
main(int(sys.argv[3]), int(sys.argv[4]))
"""
# One thread, and sets and dictionaries in the same order, or two processes would not give the same numbers; cuBLAS
# wants its workspace named for deterministic algorithms.  No bytecode, since the folders are the user's.
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONFAULTHANDLER": "1",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}


FailureKind: TypeAlias = Literal["hung", "died", "memory", "exited", "protocol"]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a worker is told before anything else; ``names`` are prefixes of module names, old and new.

    ``folder`` is where it works, ``handlers`` names the table of what it can do.
    """

    path: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    project_modules: tuple[str, ...] = ()
    folder: str = ""
    threads: int = 1
    memory_mb: int = 8_192
    seed: int = 0
    handlers: str = HANDLERS


@dataclass(frozen=True, slots=True)
class Replied:
    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The handler itself raised; what the module under test raises is part of a reply."""

    type: str
    message: str
    where: str


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no reply, and the process is gone: it took too long, was killed by a signal, took too much memory, left
    by itself, or wrote what is no reply.  ``output`` is the end of what it printed."""

    kind: FailureKind
    detail: str
    output: str = ""


Answer: TypeAlias = Replied | Raised | Failed


class Worker:
    """A worker process, started when it is asked for the first time, and anew after it has failed.

    As a context, it leaves nothing running behind.  Not for several threads at once.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._running: _Running | None = None
        self._has_started = False
        self._asked = 0

    def ask(self, do: str, fields: Mapping[str, object], time_limit_s: float) -> Answer:
        """What the handler ``do`` makes of ``fields``.  Raises nothing for whatever happens over there."""
        self.post(do, fields)
        return self.collect(time_limit_s)

    def post(self, do: str, fields: Mapping[str, object]) -> None:
        """Ask, and have the answer collected later: another worker can be asked meanwhile."""
        if self._running is None:
            self._running = _Running(self._configuration)
            self._has_started = False
            self._running.send(asdict(self._configuration))
        self._asked += 1
        self._running.send({"n": self._asked, "do": do, **fields})

    def collect(self, time_limit_s: float) -> Answer:
        """The answer to what was posted last, which must be there before the limit, counted from here."""
        assert self._running is not None
        try:
            if not self._has_started:
                started = self._running.receive(0, START_S)
                if not isinstance(started, Replied):
                    self.stop()
                    return started
                self._has_started = True
            answer = self._running.receive(self._asked, time_limit_s)
        except BaseException:  # Ctrl-C: the worker has a session of its own and did not hear of it
            self.stop()
            raise
        if isinstance(answer, Failed):
            self.stop()
        return answer

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def stop(self) -> None:
        """Kill what runs, if anything does."""
        if self._running is not None:
            self._running.kill()
            self._running = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Running:
    """One process and its three pipes."""

    def __init__(self, configuration: Configuration) -> None:
        self._token = secrets.token_hex(16)
        self._limit = configuration.memory_mb << 20
        self._scratch = tempfile.TemporaryDirectory(prefix="esper-lint-", ignore_cleanup_errors=True)
        threads = str(configuration.threads)
        environment = os.environ | _ENVIRONMENT | {TOKEN: self._token}
        environment |= {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        theirs_in, self._requests = os.pipe()
        self._replies, theirs_out = os.pipe()
        self._output, theirs_log = os.pipe()
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _BOOT,
                    os.path.join(_FOLDER, "__init__.py"),
                    _FOLDER,
                    *map(str, (theirs_in, theirs_out)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=theirs_log,
                stderr=theirs_log,
                pass_fds=(theirs_in, theirs_out),
                cwd=self._scratch.name,
                env=environment,
                start_new_session=True,
            )
        finally:
            for descriptor in (theirs_in, theirs_out, theirs_log):
                os.close(descriptor)
        for descriptor in (self._requests, self._replies, self._output):
            os.set_blocking(descriptor, False)
        self._log = b""
        self._unsent = bytearray()
        self._received = bytearray()
        self._next_survey = time.monotonic() + _SURVEY_S

    def send(self, message: Mapping[str, object]) -> None:
        """As much of it as the pipe takes; the rest goes when the reply is waited for."""
        self._unsent += json.dumps(message).encode() + b"\n"
        self._send()

    def receive(self, number: int, time_limit_s: float) -> Answer:
        """Wait for the reply of that number, which must be the next one."""
        deadline = time.monotonic() + time_limit_s
        with selectors.DefaultSelector() as selector:
            if self._unsent:
                selector.register(self._requests, selectors.EVENT_WRITE)
            selector.register(self._replies, selectors.EVENT_READ)
            selector.register(self._output, selectors.EVENT_READ)
            while b"\n" not in self._received:
                has_ended = self._process.poll() is not None  # first: what it wrote before is all there to be read
                ready = {key.fd for key, _ in selector.select(_TICK_S)}
                if self._requests in ready:
                    self._send()
                    if not self._unsent:
                        selector.unregister(self._requests)
                if self._output in ready and not self._read_output():
                    selector.unregister(self._output)
                if self._replies in ready and not self._read_replies():
                    return self._ended()
                if has_ended and not ready:  # and what it forked may keep the pipes open
                    return self._ended()
                if b"\n" not in self._received:
                    failed = self._observed(deadline, time_limit_s)
                    if failed is not None:
                        return failed
        line, _, self._received = self._received.partition(b"\n")
        return self._reply(line, number)

    def kill(self) -> None:
        """Kill the process, its group and all that carries its token; none of them is left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + _FAREWELL_S
        while left := list(_carriers(self._token)):  # one may fork while another is killed, and dying takes a moment
            for process in left:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            if time.monotonic() > deadline:
                break
            time.sleep(_TICK_S / 10)
        for descriptor in (self._requests, self._replies, self._output):
            os.close(descriptor)
        self._scratch.cleanup()

    # -- the pipes -----------------------------------------------------------------------------------------------

    def _send(self) -> None:
        """Nothing is kept for a process that does not read, for a reason that its end will tell."""
        try:
            del self._unsent[: os.write(self._requests, self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()

    def _read_output(self) -> bool:
        """Keep the end of what was printed; False at its end."""
        try:
            data = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return True
        self._log = (self._log + data)[-_LOG:]
        return bool(data)

    def _read_replies(self) -> bool:
        try:
            data = os.read(self._replies, 1 << 20)
        except BlockingIOError:
            return True
        self._received += data
        return bool(data)

    def _reply(self, line: bytes | bytearray, number: int) -> Answer:
        try:
            reply = json.loads(line)
            if reply["n"] != number:
                raise ValueError
            if "raised" in reply:
                told = reply["raised"]
                return Raised(str(told["type"]), str(told["message"]), str(told["where"]))
            return Replied(reply["ok"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._failed("protocol", "wrote what is no reply into the pipe of replies")

    # -- watching ------------------------------------------------------------------------------------------------

    def _observed(self, deadline: float, time_limit_s: float) -> Failed | None:
        """What is wrong with the process, if anything is."""
        if len(self._received) > _LARGEST_REPLY:
            return self._failed("protocol", "replied with more than can be")
        now = time.monotonic()
        used = _resident(self._process.pid)
        if now >= self._next_survey:
            others = [process for process in _carriers(self._token) if process != self._process.pid]
            used += sum(map(_resident, others))
            self._next_survey = now + _SURVEY_S
        if used > self._limit:
            return self._failed("memory", f"took more than {self._limit >> 20} MB of memory")
        if now >= deadline:
            return self._failed("hung", f"no reply within {time_limit_s:g} s")
        return None

    def _ended(self) -> Failed:
        """How the process ended, or why it cannot be talked to any more."""
        try:
            status = self._process.wait(timeout=_FAREWELL_S)
        except subprocess.TimeoutExpired:
            status = NO_PIPES
        if status == NO_PIPES:
            return self._failed("protocol", "closed the pipe that replies come through")
        if status >= 0:
            return self._failed("exited", f"left with exit status {status}")
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        hint = ", as the system does for want of memory" if name == "SIGKILL" else ""
        return self._failed("died", f"killed by {name}{hint}")

    def _failed(self, kind: FailureKind, detail: str) -> Failed:
        for _ in range(_LOG >> 10):  # the last that it printed; not for ever, since its children may print on
            before = self._log
            if not self._read_output() or self._log == before:
                break
        return Failed(kind, detail, self._log.decode("utf-8", "backslashreplace").strip()[-_SHOWN:])


def _carriers(token: str) -> Iterator[int]:
    """The processes of this token, where the system tells (Linux); a session of their own hides none of them."""
    wanted = f"{TOKEN}={token}".encode()
    with suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with suppress(OSError, ValueError):
                    if wanted in _environment(name):
                        yield int(name)


def _environment(name: str) -> bytes:
    """The environment of a process. It reads as empty in the moment between the old program and the new one of an
    ``exec``, after ``Popen`` has returned in the parent; such a process is looked at until it tells."""
    deadline = time.monotonic() + _EXEC_S
    while True:
        with open(f"/proc/{name}/environ", "rb") as stream:
            if found := stream.read():
                return found
        with open(f"/proc/{name}/statm", "rb") as stream:
            if not int(stream.read().split()[0]) or time.monotonic() > deadline:  # of the kernel, dead, or started so
                return found
        time.sleep(_EXEC_S / 100)


def _resident(process: int) -> int:
    """Bytes of memory that a process holds, other than files; 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/status", "rb") as stream:
            held = (line.split()[1] for line in stream if line.startswith((b"RssAnon:", b"RssShmem:")))
            return sum(map(int, held)) << 10
    except (OSError, ValueError):
        return 0
