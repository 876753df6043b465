"""A server that is killed while it writes: what it has confirmed is there, and nothing is there by half."""

from __future__ import annotations

import random
import re
import signal
from pathlib import Path
from threading import Thread

import httpx
import pytest

from esper_lint.tickets.patching import PutReview
from esper_lint.tickets.reading import Reading, digest_of
from esper_lint.tickets.store import TicketFolder
from esper_lint.tickets.ticket import Review, Verdict
from tests.dashboard.served import WAIT_S, Served, sample_project

pytestmark = pytest.mark.slow

EVALUATION = "A paragraph that is long enough to be torn. " * 80


class Reviewer(Thread):
    """Sends one verdict after the other, each under a name of its own, until nobody answers."""

    def __init__(self, served: Served, folder: Path, prefix: str) -> None:
        super().__init__()
        self.served, self.folder, self.prefix = served, folder, prefix
        self.confirmed: list[str] = []

    def run(self) -> None:
        with httpx.Client(follow_redirects=True, timeout=WAIT_S) as browser:
            browser.get(self.served.links[0])
            queue = browser.get(f"{self.served.origin}/?state=all").text
            place = re.findall(r'href="(/groups/\w+)', queue)[0]
            code = re.findall(r'name="code" value="(\w+)"', browser.get(f"{self.served.origin}{place}").text)[0]
            browser.follow_redirects = False
            browser.headers["Sec-Fetch-Site"] = "same-origin"
            for number in range(10_000):
                name = f"{self.prefix} {number}"
                paths = list(self.folder.glob("*.md"))
                typed = {"reviewer": name, "verdict": "SUPPORT", "evaluation": EVALUATION, "code": code}
                typed["expected"] = digest_of(paths[0].read_bytes()) if paths else ""
                try:
                    answer = browser.post(f"{self.served.origin}{place}/reviews", data=typed)
                except httpx.HTTPError:
                    return
                assert answer.status_code == 303, answer.text
                self.confirmed.append(name)


def test_a_server_killed_during_a_write_loses_no_verdict_and_leaves_no_half_ticket(tmp_path: Path) -> None:
    project = sample_project(tmp_path / "sample")
    folder = project / "docs" / "findings"
    confirmed: list[str] = []
    chance = random.Random(7)
    for round in range(3):
        with Served(project) as served:
            reviewer = Reviewer(served, folder, f"Round {round}")
            reviewer.start()
            while len(reviewer.confirmed) < 2 and reviewer.is_alive():
                reviewer.join(0.01)
            reviewer.join(chance.uniform(0.0, 0.2))
            served.process.send_signal(signal.SIGKILL)
            served.process.wait(WAIT_S)
            reviewer.join(WAIT_S)
        confirmed += reviewer.confirmed
        (reading,) = TicketFolder(folder).readings()
        assert reading.diagnostics == ()
        assert_whole(reading, confirmed)
        # What was under way is there or is not, whole.
        assert len(reading.ticket.reviews) <= len(confirmed) + round + 1
    assert len(confirmed) >= 6
    last = PutReview(Review("Last", Verdict.SUPPORT, EVALUATION.strip()))
    TicketFolder(folder).patch(reading.name, (last,), reading.digest)
    assert [path.name for path in folder.iterdir()] == [reading.name]  # what killed writers left is gone


def assert_whole(reading: Reading, confirmed: list[str]) -> None:
    said = {one.reviewer: one.evaluation for one in reading.ticket.reviews}
    assert [name for name in confirmed if name not in said] == []
    assert set(said.values()) == {EVALUATION.strip()}
