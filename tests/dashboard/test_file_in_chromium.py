"""The report file, opened from disk in real Chromium.  Skipped only where there is none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from esper_lint.dashboard.board import Board
from esper_lint.dashboard.one_file import one_file
from esper_lint.dashboard.pair import pair_of
from esper_lint.tickets.importing import verdicts_in
from tests.dashboard.boards import board, ticket
from tests.output.samples import FLEX_GROUP, sources

CHROMIUM = os.environ.get("ESPER_CHROMIUM", "/usr/bin/chromium")
GROUP = f"#/groups/{FLEX_GROUP.id.replace(':', '%3A')}"

pytestmark = pytest.mark.skipif(
    not shutil.which(CHROMIUM), reason=f"no Chromium at {CHROMIUM}; ESPER_CHROMIUM can name one"
)

ROWS = """() => [...document.querySelectorAll(".page.shown table.pair tbody tr:not(.fold)")].map((row) => [
    ...[...row.querySelectorAll("td.no")].map((cell) => cell.textContent),
    ...[...row.querySelectorAll("td.line")].map((cell) =>
        cell.textContent.replace(/^[LR] /, "").replace(/\\s+/g, " ").trim()),
])"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    arguments = ["--disable-background-networking", "--disable-gpu"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # root has none to give up
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shown() -> Board:
    return board(tickets={"a.md": ticket("B1-EL-01", ("Ada", "SUPPORT", "Yes."))})


@pytest.fixture
def page(chromium: Browser, shown: Board, tmp_path: Path) -> Iterator[Page]:
    """The file in a window.  What it complains of, its policy above all, fails the test; so does any request."""
    file = tmp_path / "report.html"
    file.write_text(one_file(shown), encoding="utf-8")
    context = chromium.new_context(accept_downloads=True)
    context.set_default_timeout(20_000)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", lambda request: complaints.append(request.url) if request.url[:4] == "http" else None)
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    context.close()
    assert complaints == []


def test_it_opens_on_the_queue_and_filters_by_its_address(page: Page) -> None:
    assert page.locator("h1:visible").inner_text() == "Review queue"
    page.locator("select[name=state]:visible").select_option("all")
    page.wait_for_function("location.hash.includes('state=all')")
    assert page.locator("[data-card]:visible").count() == 2
    page.evaluate("location.hash = '#/?state=pending'")
    page.wait_for_function("document.querySelectorAll('[data-card]:not([hidden])').length === 1")
    assert page.locator("select[name=state]:visible").input_value() == "pending"


def test_any_two_members_stand_side_by_side_as_the_server_would_put_them(page: Page) -> None:
    for left, right in ((0, 1), (1, 0)):
        page.goto(page.url.partition("#")[0] + f"{GROUP}?state=all&left={left}&right={right}")
        page.wait_for_selector(f"table.pair thead th:first-child >> text={FLEX_GROUP.members[left].qualname}")
        for summary in page.locator(".fold summary:visible").all():
            summary.click()
        made = pair_of(FLEX_GROUP, left, right, sources)
        assert made is not None
        rows = [row for stretch in made.stretches for row in stretch.rows]
        expected = [
            [str(cell.number) if cell else "" for cell in (row.left, row.right)]
            + [str(cell.html.striptags()) if cell else "nothing" for cell in (row.left, row.right)]
            for row in rows
        ]
        found = page.evaluate(ROWS)
        assert found == [
            [*numbers, " ".join(one.split()), " ".join(other.split())] for *numbers, one, other in expected
        ]
        classes = page.evaluate(
            "[...document.querySelectorAll('.page.shown .pair mark')].map((mark) => mark.className)"
        )
        assert sorted(classes) == ["h1", "h2", "h2"]


def test_a_verdict_is_given_by_keys_alone_and_downloaded_for_import(page: Page, shown: Board, tmp_path: Path) -> None:
    page.goto(page.url.partition("#")[0] + "#/?state=all")
    page.wait_for_function("document.querySelector('.page.shown select[name=state]').value === 'all'")  # it has turned
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.pair")
    page.keyboard.press("4")
    assert page.locator("input[name=verdict]:checked:visible").get_attribute("value") == "OBJECT"
    page.locator("select[name=qualifier]:visible").select_option("inherit")
    page.locator("input[name=reviewer]:visible").fill("Bert")
    page.locator("h1:visible").click()
    page.keyboard.press("e")
    page.keyboard.type("Versions must not be coupled.")
    page.locator("text=Record verdict >> visible=true").click()
    with page.expect_download() as download:
        page.locator("[data-download]").click()
    file = tmp_path / "verdicts.json"
    download.value.save_as(file)
    (given,) = verdicts_in(file.read_bytes())
    assert (given.reviewer, given.verdict, given.qualifier) == ("Bert", "OBJECT", "inherit")
    assert given.evaluation == "Versions must not be coupled."
    filed = shown.filed["B1-EL-01"]
    assert (given.ticket, given.group, given.digest) == ("B1-EL-01", FLEX_GROUP.id, filed.reading.digest)
    assert given.code == filed.code
    assert json.loads(file.read_text())["schema_version"] == 1


def test_it_is_read_without_a_script_too(chromium: Browser, shown: Board, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(one_file(shown), encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("h1:visible").inner_text() == "Review queue"
    page.locator("a.name:visible").first.click()
    assert page.locator("h1:visible").inner_text().startswith("Flex")
    assert page.locator(".matrix:visible").count() == 1
    context.close()
