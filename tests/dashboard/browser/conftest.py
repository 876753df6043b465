"""Real Chromium.  Tests are skipped only where there is none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.dashboard.browser.chromium import CHROMIUM, launched
from tests.dashboard.served import Served, sample_project


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not shutil.which(CHROMIUM):
        pytest.skip(f"no Chromium at {CHROMIUM}; ESPER_CHROMIUM can name one")
    with launched() as browser:
        yield browser


def complaints_in(message: ConsoleMessage) -> list[str]:
    """What a page complains about, but for forms that were refused."""
    is_refusal = re.search(r"status of (409|422)", message.text)
    return [message.text] if message.type in ("error", "warning") and not is_refusal else []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample_project(tmp_path / "sample")


@pytest.fixture
def served(project: Path) -> Iterator[Served]:
    with Served(project) as process:
        yield process


@pytest.fixture
def signed_in(chromium: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """``signed_in(color_scheme="dark")``: the queue in a browser of its own, as a reviewer has one.

    What a page writes to its console or raises fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(**options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        contexts.append(context)
        context.on("console", lambda message: complaints.extend(complaints_in(message)))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        page.goto(served.links[-1])
        served.links.append(served.next_link())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
