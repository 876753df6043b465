"""Work spread over processes that share what this one already holds.

A forked process sees the forms and texts of its parent without a copy and without a pickle, which is what makes a
second process worth its start here.  Where there is no fork the work is done in this process: slower, with the same
result.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_work: tuple[Callable[[Any], Any], Sequence[Any]] | None = None
_is_frozen = False


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Trees and forms hold no cycles: looking for some takes a third of a run's time and frees nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not _is_frozen:
                # What was made meanwhile counts as old, or the next collection would look through all of it.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@contextmanager
def frozen() -> Iterator[None]:
    """No garbage is looked for in what there is by now, nearly all of which is in use: neither here nor in forked
    processes."""
    global _is_frozen  # noqa: PLW0603  to ask for the number of frozen objects counts them
    is_outermost = not _is_frozen
    if not is_outermost:
        gc.collect()  # it would stay until the outermost one ends; to look at what is not frozen takes little
    gc.freeze()
    _is_frozen = True
    try:
        yield
    finally:
        if is_outermost:
            gc.unfreeze()
            _is_frozen = False


def cores(jobs: int) -> int:
    """The number of processes that a setting of ``jobs`` asks for; 0 asks for one per core."""
    if jobs:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def forked_map(work: Callable[[_Item], _Result], items: Sequence[_Item], jobs: int) -> Iterator[_Result]:
    """``work``, any function, on every item; results come in the items' order, and only they are pickled: the processes
    have the items already."""
    jobs = min(cores(jobs), len(items))
    if jobs < 2 or sys.platform != "linux":
        yield from map(work, items)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    global _work  # noqa: PLW0603  inherited by the processes forked below
    _work = work, items
    try:
        pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"))
        try:
            with _no_interrupts(), frozen():
                results = pool.map(_call, range(len(items)))
            yield from results
        finally:
            pool.shutdown(cancel_futures=True)  # whoever stops listening does not wait for the rest
    finally:
        _work = None


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Whatever is started meanwhile never hears of Ctrl-C, which a terminal sends to all: workers that die of it leave
    their pool waiting for them.  It is for this process to end them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _call(index: int) -> Any:
    assert _work is not None
    work, items = _work
    return work(items[index])
