"""How long a sync of 10,000 tickets takes: ``python -m tests.benchmarks.tickets [COUNT]``.  Writing costs the disk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from esper_lint.findings import Group, Report
from esper_lint.tickets.detection import against
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.store import TicketFolder
from esper_lint.tickets.sync import Sync, applied, planned_sync
from esper_lint.tickets.ticket import Ticket
from esper_lint.tickets.vanishing import Vanished
from tests.tickets.made import group, member, report, ticket

Result = TypeVar("Result")


def timed(what: str, work: Callable[[], Result]) -> Result:
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    print(f"{what:<40} {time.perf_counter() - start:7.2f} s, {time.process_time() - cpu:7.2f} s of the processor")
    return result


def synced(store: TicketFolder, found: Report, ids: Iterator[int]) -> Sync:
    """What a sync would do: read, compare, plan."""

    def made(one: Group) -> Ticket:
        return ticket(one, f"B1-EL-{next(ids):05}")

    def vanished(_: Reading) -> Vanished:
        return Vanished()

    scan = against(store.readings(), found)
    return planned_sync(scan, today="2026-01-02", reviewers=3, vanished=vanished, made=made)


def main(number: int) -> None:
    found = report(
        *(group(*(member(f"C{n}_{k}", f"pkg{n % 50}/m{n % 1000}.py") for k in range(3))) for n in range(number))
    )
    with TemporaryDirectory() as name:
        folder, cache, ids = Path(name, "tickets"), Path(name), count(1)
        plan = timed("plan the creation of all", lambda: synced(TicketFolder(folder, cache=cache), found, ids))
        timed("write them", lambda: applied(plan, TicketFolder(folder, cache=cache)))
        time.sleep(3)  # until the stamps of the files have settled
        for what in ("sync, nothing known of the files", "sync, with the cache"):
            again = timed(what, lambda: synced(TicketFolder(folder, cache=cache), found, ids))
            assert again == Sync((), ())
        gone = timed("sync, all gone", lambda: synced(TicketFolder(folder, cache=cache), report(), ids))
        assert len(gone.changes) == number


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
