"""Every page in both colour schemes, on narrow and wide screens, for everybody; and the report, from disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from esper_lint.cli import main
from esper_lint.dashboard import routes
from tests.dashboard.hostile import hostile_project
from tests.dashboard.served import Served, git, sample_project

pytestmark = pytest.mark.slow

SignedIn = Callable[..., Page]
Scheme = Literal["light", "dark"]
AXE = os.environ.get("ESPER_AXE", "")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with tickets in several states, and a history."""
    project = sample_project(tmp_path_factory.mktemp("looks") / "sample")
    run = [sys.executable, "-m", "esper_lint"]
    subprocess.run([*run, "tickets", "sync"], cwd=project, check=True, capture_output=True)
    groups = json.loads(
        subprocess.run([*run, "check", "--output-format", "json"], cwd=project, check=False, capture_output=True).stdout
    )["groups"]
    for number, (reviewer, verdict, word) in enumerate(
        (("Ada", "SUPPORT", ""), ("Bob", "OBJECT", "inherit"), ("Cy", "REFINE", "P1"), ("Ada", "NEUTRAL", ""))
    ):
        arguments = ["--verdict", verdict, "--reviewer", reviewer, "--evaluation", f"`{verdict}`, **since** it is."]
        qualifier = ["--qualifier", word] if word else []
        group = groups[min(number, 2) % 2]["id"]
        subprocess.run([*run, "review", group, *arguments, *qualifier], cwd=project, check=True, capture_output=True)
    odd = project / "docs" / "findings" / "fixed" / "odd.md"
    odd.parent.mkdir()
    odd.write_text("# Odd\n\n| Status | open |\n|---|---|\n\n## Cross-Review\n\nVerdict: PERHAPS\n", encoding="utf-8")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Record verdicts")
    subprocess.run([*run, "history"], cwd=project, check=True, capture_output=True)
    return project


@pytest.fixture(scope="module")
def served(project: Path) -> Iterator[Served]:
    with Served(project) as process:
        yield process


def addresses(page: Page, served: Served) -> Iterator[str]:
    """One of each kind of page: those without parameters, and what they lead to."""
    page.goto(f"{served.origin}/?state=all")
    group = page.locator("[data-card] a").first.get_attribute("href") or ""
    page.goto(f"{served.origin}/tickets")
    ticket = page.locator("main a[href^='/tickets/']").first.get_attribute("href") or ""
    for route in routes.ROUTES:
        if not route.parameters:
            yield route.pattern
    group = group.partition("?")[0]
    yield from (group, f"{group}?left=1&right=0", f"{group}/fix", ticket, "/?state=all", "/?q=nothing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_barrier(signed_in: SignedIn, served: Served, scheme: Scheme) -> None:
    if not AXE:
        pytest.skip("ESPER_AXE names no axe.min.js of axe-core")
    source = Path(AXE).read_text(encoding="utf-8")
    page = signed_in(color_scheme=scheme, reduced_motion="reduce")
    found: dict[str, Any] = {}
    for address in list(addresses(page, served)):
        page.goto(served.origin + address)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        found |= barriers(page, source, address)
    page.goto(f"{served.origin}/")
    page.keyboard.press("?")
    found |= barriers(page, source, "the keys")
    assert found == {}


def barriers(page: Page, axe: str, where: str) -> dict[str, Any]:
    page.evaluate(axe)
    violations = page.evaluate("axe.run()")["violations"]
    return {
        f"{where}: {one['id']}": [node["failureSummary"] for node in one["nodes"]][:3]
        for one in violations
        if one["impact"] in ("serious", "critical")
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_is_not_signed_in_meets_no_barrier_either(chromium: Browser, served: Served, scheme: Scheme) -> None:
    if not AXE:
        pytest.skip("ESPER_AXE names no axe.min.js of axe-core")
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(served.origin)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not signed in")
    assert barriers(page, Path(AXE).read_text(encoding="utf-8"), "sign in") == {}
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_no_page_is_wider_than_the_screen(signed_in: SignedIn, served: Served, width: int) -> None:
    page = signed_in(viewport={"width": width, "height": 800})
    for address in list(addresses(page, served)):
        page.goto(served.origin + address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def test_the_dark_scheme_is_dark_and_the_light_one_light(signed_in: SignedIn) -> None:
    for scheme, is_dark in (("dark", True), ("light", False)):
        page = signed_in(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        if colour == "rgba(0, 0, 0, 0)":
            colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        levels = [float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
        assert (sum(levels) < 3 * 128) is is_dark, colour


def test_differences_are_numbered_and_not_only_coloured(signed_in: SignedIn) -> None:
    page = signed_in(forced_colors="active")
    page.get_by_role("link", name="TransformerAttentionSeed").first.click()
    table = page.locator("table.pair").first
    for number in ("1", "2", "3"):
        expect(table.get_by_text(number, exact=True).first).to_be_visible()


def test_the_report_works_from_disk_without_a_network(
    chromium: Browser, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    target = tmp_path / "report.html"
    assert main(["report", "-o", str(target)]) == 0
    context = chromium.new_context(accept_downloads=True, offline=True)
    context.set_default_timeout(20_000)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(target.as_uri())
    page.get_by_role("link", name="TransformerAttentionSeed").first.click()
    expect(page.locator(".page.shown table.pair").first).to_contain_text("flex_attention(q, k, v")
    if AXE:
        assert barriers(page, Path(AXE).read_text(encoding="utf-8"), "report") == {}
    form = page.locator(".page.shown").get_by_label("Record a verdict")
    form.get_by_label("Support").check()
    form.get_by_label("Reviewer").fill("Dee")
    form.get_by_label("Evaluation").fill("Written far from any server.")
    form.get_by_role("button", name="Record verdict").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download verdicts").click()
    verdicts = tmp_path / "verdicts.json"
    waiting.value.save_as(verdicts)
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert main(["tickets", "import", str(verdicts)]) == 0
    texts = [path.read_text(encoding="utf-8") for path in (project / "docs" / "findings").rglob("*.md")]
    assert any("Written far from any server." in text for text in texts)


def test_a_hostile_repository_does_nothing_in_a_real_browser(chromium: Browser, tmp_path: Path) -> None:
    folder = hostile_project(tmp_path / "hostile")
    subprocess.run([sys.executable, "-m", "esper_lint", "history"], cwd=folder, check=True, capture_output=True)
    with Served(folder) as served:
        context = chromium.new_context()
        page, happened = context.new_page(), []
        page.on("dialog", lambda dialog: happened.append(dialog.message))
        page.on("console", lambda message: happened.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: happened.append(str(error)))
        page.on("request", lambda request: happened.append(request.url) if "evil" in request.url else None)
        page.add_init_script("window.pwned = () => console.error('pwned')")
        page.goto(served.links[0])
        waiting = ["/?state=all", *(one.pattern for one in routes.ROUTES if not one.parameters)]
        seen: set[str] = set()
        while waiting and len(seen) < 60:
            address = waiting.pop(0)
            if address in seen:
                continue
            seen.add(address)
            page.goto(served.origin + address)
            links = page.eval_on_selector_all("main a[href^='/']", "all => all.map(one => one.getAttribute('href'))")
            waiting += [link.partition("#")[0] for link in links]
        context.close()
    assert len(seen) > 20
    assert happened == []
