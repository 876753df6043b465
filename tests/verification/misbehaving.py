"""Handlers for tests of the worker: each does one thing that foreign code may do to its process.  Knows no torch."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

_Request = Mapping[str, Any]


def echo(request: _Request) -> object:
    return dict(request)


def environment(request: _Request) -> object:
    return {
        "cwd": os.getcwd(),
        "path": sys.path[:2],
        "argv": sys.argv,
        "session": os.getsid(0) == os.getpid(),
        "threads": os.environ["OMP_NUM_THREADS"],
        "pid": os.getpid(),
    }


def load(request: _Request) -> object:
    return importlib.import_module(request["module"]).VALUE


def prints(request: _Request) -> object:
    for _ in range(20_000):
        print("x" * 100)
    print("the end")
    sys.stdout.buffer.write(b"\xff\xfe\n")
    return 1


def prints_for_ever(request: _Request) -> object:
    while True:
        print("spam" * 1000)


def reads(request: _Request) -> object:
    return [sys.stdin.read(), os.read(0, 10).decode()]


def asks(request: _Request) -> object:
    return input("name? ")


def hangs(request: _Request) -> object:
    print("about to wait")
    time.sleep(3600)
    return None


def hangs_deaf(request: _Request) -> object:
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    while True:
        pass


def sleeps(request: _Request) -> object:
    time.sleep(request["seconds"])
    return request["seconds"]


def exits(request: _Request) -> object:
    sys.exit("enough")


def quits(request: _Request) -> object:
    print("goodbye")
    os._exit(7)


def aborts(request: _Request) -> object:
    os.abort()


def crashes(request: _Request) -> object:
    ctypes.string_at(0)
    return None


def raises(request: _Request) -> object:
    raise KeyError("no such thing")


def raises_badly(request: _Request) -> object:
    class BadlyError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("not even a message")

    raise BadlyError


def recurses(request: _Request) -> object:
    return recurses(request)


def allocates(request: _Request) -> object:
    return len(bytearray(request["mb"] << 20))


def grows(request: _Request) -> object:
    """Past the limit in children, each of which stays below it."""
    for _ in range(8):
        if os.fork() == 0:
            kept = bytearray(os.urandom(1 << 20) * request["mb"])
            time.sleep(3600)
            os._exit(len(kept))
    time.sleep(3600)
    return None


def leaves_children(request: _Request) -> object:
    """One in the group, one in a session of its own; both would outlive the worker and hold its pipes."""
    pids = [subprocess.Popen(["sleep", "3600"]).pid, subprocess.Popen(["sleep", "3600"], start_new_session=True).pid]
    if os.fork() == 0:
        os.setsid()
        time.sleep(3600)
        os._exit(0)
    if request.get("then") == "quit":
        os._exit(3)
    return pids


def forks_and_returns(request: _Request) -> object:
    return "child" if os.fork() == 0 else "parent"


def leaves_a_thread(request: _Request) -> object:
    threading.Thread(target=time.sleep, args=(3600,)).start()
    return 1


def closes_everything(request: _Request) -> object:
    os.closerange(0, 256)
    return 1


def writes_to_all(request: _Request) -> object:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b'{"n": 1, "ok": "forged"\n')
        except OSError:
            continue
    return 1


def answers_no_json(request: _Request) -> object:
    return object()


HANDLERS: dict[str, Callable[[_Request], object]] = {
    one.__name__: one
    for one in (
        echo,
        environment,
        load,
        prints,
        prints_for_ever,
        reads,
        asks,
        hangs,
        hangs_deaf,
        sleeps,
        exits,
        quits,
        aborts,
        crashes,
        raises,
        raises_badly,
        recurses,
        allocates,
        grows,
        leaves_children,
        forks_and_returns,
        leaves_a_thread,
        closes_everything,
        writes_to_all,
        answers_no_json,
    )
}
