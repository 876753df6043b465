"""How long the pages of the dashboard take as served: ``python -m tests.benchmarks.dashboard FOLDER [--tickets N]``.

The folder is copied, gets N tickets of its own, and is served by a process as people start it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from esper_lint.dashboard import routes
from esper_lint.findings import Severity
from esper_lint.tickets.ticket import Place, Review, State, Ticket, Verdict
from esper_lint.tickets.writing import render
from tests.dashboard.served import Served, git

_TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tickets", type=int, default=0, metavar="N")
    given = parser.parse_args()
    with TemporaryDirectory() as scratch:
        project = Path(scratch) / given.folder.name
        shutil.copytree(given.folder, project, ignore=shutil.ignore_patterns(".git", "__pycache__"))
        (project / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
        write_tickets(project / "docs" / "findings", given.tickets)
        git(project, "init", "--quiet")
        start = time.perf_counter()
        with Served(project) as served, httpx.Client(follow_redirects=True, timeout=600) as browser:
            print(f"link after {time.perf_counter() - start:.1f} s")
            browser.get(served.links[0])
            for address in addresses(browser, served.origin):
                print(f"{told(browser, served.origin + address, served.process.pid)}  {address}", flush=True)
            print(f"{verdict(browser, served.origin):6.0f} ms            a verdict, and the page after it")


def write_tickets(folder: Path, number: int) -> None:
    folder.mkdir(parents=True)
    for at in range(number):
        ticket = Ticket(
            id=f"B{at // 100}-PT-{at % 100:02}",
            title=f"Forward of Block{at} is repeated by Layer{at}",
            severity=list(Severity)[at % 5],
            status=list(State)[at % 8],
            created="2026-01-01",
            updated="2026-01-02",
            places=(Place(f"models/model_{at % 300}.py", at % 900 + 1, at % 900 + 40),),
            names=(f"Block{at}.forward",),
            summary="Two forwards say the same.",
            wrong="They are copies.\n\n" * 20,
            reviews=(
                Review("Ada", Verdict.SUPPORT, "Yes. " * 40),
                Review("Bob", Verdict.OBJECT, "No. " * 40, "inherit"),
            ),
        )
        (folder / f"{ticket.id}.md").write_text(render(ticket), encoding="utf-8")


def addresses(browser: httpx.Client, origin: str) -> Iterator[str]:
    """Each page without parameters, the largest group's and the last one's, and one ticket's."""
    yield from (one.pattern for one in routes.ROUTES if not one.parameters)
    yield "/?state=all&q=attention"
    yield "/tickets?state=all&q=layer"
    groups = re.findall(r'href="(/groups/\w+)', browser.get(f"{origin}/?state=all").text)
    for group in dict.fromkeys([*groups[:2], *groups[-1:]]):
        yield from (group, f"{group}/fix")
    yield from dict.fromkeys(re.findall(r'href="(/tickets/[\w.-]+)"', browser.get(f"{origin}/tickets").text)[:1])


def told(browser: httpx.Client, address: str, pid: int) -> str:
    """The median and the worst time of a page, the server's own work on it, and its size."""
    times, size, before = [], 0, worked_ms(pid)
    for _ in range(_TIMES):
        start = time.perf_counter()
        answer = browser.get(address)
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, address
        size = len(answer.content)
    work = (worked_ms(pid) - before) / _TIMES
    return f"{statistics.median(times):6.0f} ms {max(times):6.0f} ms {work:6.0f} ms CPU {size / 1024:7.0f} KiB"


def worked_ms(pid: int) -> float:
    """The time that a process has had on a core, which other work on the machine does not change."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def verdict(browser: httpx.Client, origin: str) -> float:
    """How long somebody waits who records a verdict."""
    group = re.findall(r'href="(/groups/\w+)', browser.get(f"{origin}/?state=all").text)[0]
    page = browser.get(origin + group).text
    hidden = dict(re.findall(r'name="(expected|code)" value="(\w*)"', page))
    typed = {"reviewer": "Ada", "verdict": "SUPPORT", "evaluation": "Measured.", "back": group, **hidden}
    start = time.perf_counter()
    answer = browser.post(f"{origin}{group}/reviews", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
