"""Reviewing in real Chromium, from the link to the ticket."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.served import Served

pytestmark = pytest.mark.slow

SignedIn = Callable[..., Page]
TICKETS = Path("docs") / "findings"


def tickets(project: Path) -> str:
    """All that the ticket files say."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((project / TICKETS).rglob("*.md")))


def flake8(project: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "blueprints"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def open_group(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.wait_for_load_state()  # its scripts hear of a choice


def record(page: Page, reviewer: str, verdict: str, evaluation: str) -> None:
    page.get_by_label("Record a verdict").get_by_label(verdict).check()
    page.get_by_label("Record a verdict").get_by_label("Reviewer").fill(reviewer)
    page.get_by_label("Evaluation").fill(evaluation)
    page.get_by_role("button", name="Record verdict").click()


def test_the_link_opens_the_queue_of_what_nobody_has_reviewed(signed_in: SignedIn, served: Served) -> None:
    page = signed_in()
    assert page.url == f"{served.origin}/"
    expect(page.get_by_role("heading", level=1)).to_have_text("Review queue")
    expect(page.locator("[data-card]")).to_have_count(4)
    assert page.evaluate("document.cookie") == ""
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_the_queue_is_reviewed_by_keys_alone(signed_in: SignedIn, project: Path) -> None:
    page = signed_in()
    keys = page.keyboard
    keys.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    keys.press("j")
    keys.press("j")
    second = page.locator("[data-card]").nth(1)
    expect(second.get_by_role("link").first).to_be_focused()
    keys.press("k")
    expect(page.locator("[data-card]").nth(0).get_by_role("link").first).to_be_focused()
    keys.press("4")  # object to the group that is marked
    expect(page.get_by_role("heading", level=1)).to_contain_text("TransformerAttentionSeed")
    expect(page.get_by_label("Record a verdict").get_by_label("Object").first).to_be_checked()
    for number, verdict in enumerate(("Support", "Neutral", "Refine", "Object"), 1):
        keys.press(str(number))
        expect(page.locator("input[name=verdict]:checked")).to_have_value(verdict.upper())
    keys.press("1")
    keys.press("e")
    expect(page.get_by_label("Evaluation")).to_be_focused()
    keys.type("Typed by j, k, 1 to 4, e and ?")  # which are letters here
    expect(page.get_by_label("Evaluation")).to_have_value("Typed by j, k, 1 to 4, e and ?")
    keys.press("Shift+Tab")
    keys.type("Ada")
    keys.press("Enter")  # sends the form
    expect(page.get_by_text("The verdict of Ada is in docs/findings/")).to_be_visible()
    assert "Typed by j, k, 1 to 4, e and ?" in tickets(project)
    page.wait_for_load_state()  # its scripts hear of a key
    keys.press("j")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("TransformerAttentionSeed")


def test_two_members_are_compared_side_by_side(signed_in: SignedIn) -> None:
    page = signed_in()
    open_group(page, "TransformerAttentionSeed")
    page.get_by_role("combobox", name="Left").select_option(
        label="3. FlexAttentionFallback (blueprints/transformer.py:259)"
    )
    expect(page).to_have_url(re.compile("left=2"))
    page.wait_for_load_state()
    page.get_by_role("combobox", name="Right").select_option(
        label="2. FlexAttentionSeed (blueprints/transformer.py:221)"
    )
    expect(page).to_have_url(re.compile("left=2.*right=1"))
    table = page.locator("table.pair").first
    expect(table).to_contain_text("FlexAttentionFallback")
    expect(table).to_contain_text("flex_attention(q, k, v, block_mask=block_mask)")
    expect(table).to_contain_text("F.scaled_dot_product_attention(q, k, v, is_causal=True)")


def test_two_reviewers_and_what_the_second_is_told_who_comes_late(signed_in: SignedIn, project: Path) -> None:
    ada, bob = signed_in(), signed_in()
    open_group(ada, "TransformerMLPSmallSeed")
    open_group(bob, "TransformerMLPSmallSeed")
    record(ada, "Ada", "Support", "One class with a parameter will do.")
    expect(ada.get_by_text("The verdict of Ada is in")).to_be_visible()
    record(bob, "Bob", "Object", "What I have thought about for an hour.")
    alert = bob.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was written")
    expect(alert).to_contain_text("Ada wrote SUPPORT")
    expect(bob.get_by_label("Evaluation")).to_have_value("What I have thought about for an hour.")
    expect(bob.locator("input[name=verdict]:checked")).to_have_value("OBJECT")
    assert "Bob" not in tickets(project)
    bob.get_by_role("button", name="Record verdict").click()
    expect(bob.get_by_text("The verdict of Bob is in")).to_be_visible()
    text = tickets(project)
    assert "One class with a parameter will do." in text and "What I have thought about for an hour." in text
    assert len(list((project / TICKETS).rglob("*.md"))) == 1
    bob.get_by_role("link", name="Queue").first.click()
    bob.wait_for_url(re.compile(r"^[^?#]+:\d+/$"))  # and its scripts, which hear of a choice
    bob.get_by_label("State").select_option("pending")
    expect(bob.get_by_text("PENDING 2/3")).to_be_visible()


def test_a_ticket_edited_underneath_is_told_and_not_written_over(signed_in: SignedIn, project: Path) -> None:
    page = signed_in()
    open_group(page, "LoRASeed")
    record(page, "Ada", "Neutral", "No opinion yet.")
    expect(page.get_by_text("The verdict of Ada is in")).to_be_visible()
    (path,) = (project / TICKETS).rglob("*.md")
    path.write_text(path.read_text(encoding="utf-8").replace("No opinion yet.", "Edited in vi."), encoding="utf-8")
    record(page, "Ada", "Support", "Now I have one.")
    expect(page.get_by_role("alert")).to_contain_text("Ada says NEUTRAL in other words")
    assert "Edited in vi." in tickets(project)


def test_accepting_by_design_writes_a_contract_and_flake8_falls_silent(signed_in: SignedIn, project: Path) -> None:
    assert len([line for line in flake8(project) if "MLP" in line]) == 2
    page = signed_in()
    open_group(page, "TransformerMLPSmallSeed")
    page.get_by_text("Accept this duplicate by design").click()
    form = page.get_by_label("Accept by design")
    form.get_by_role("combobox", name="Reason").select_option("performance-specialisation")
    form.get_by_label("Reviewer").fill("Ada")
    form.get_by_label("Why it is meant").fill("They will differ once the kernel lands.")
    form.get_by_role("button", name="Accept by design").click()
    # The page looks again after the scan, which may be over before the page is there.
    expect(page.locator(".facts")).to_contain_text("silent", timeout=60_000)
    source = (project / "blueprints" / "transformer.py").read_text(encoding="utf-8")
    assert source.count("# esper: lockstep(") >= 2
    assert [line for line in flake8(project) if "MLP" in line] == []
    assert "They will differ once the kernel lands." in tickets(project)


def test_a_scan_goes_on_beside_the_pages_and_shows_what_is_new(signed_in: SignedIn, project: Path) -> None:
    page = signed_in()
    for name in ("one", "two"):
        code = (project / "blueprints" / "cnn.py").read_text(encoding="utf-8")
        (project / "blueprints" / f"{name}.py").write_text(code.replace("class Conv", f"class {name.title()}Conv"))
    page.get_by_role("button", name="Scan again").click()
    expect(page.get_by_text("of 4 groups")).to_have_count(0, timeout=60_000)
    page.get_by_label("Name or path").fill("OneConv")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("[data-card]").first).to_contain_text("OneConv")


def test_a_scan_does_not_take_away_what_is_being_typed(signed_in: SignedIn) -> None:
    page = signed_in()
    open_group(page, "LoRASeed")
    page.get_by_label("Evaluation").fill("Half a sen")
    page.get_by_role("button", name="Scan again").click()
    expect(page.get_by_role("link", name="Scanned: show it")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("Evaluation")).to_have_value("Half a sen")


def test_filters_are_in_the_address_which_can_be_shared(signed_in: SignedIn, served: Served) -> None:
    page = signed_in()
    page.get_by_label("Rule").select_option("ESP104")
    expect(page).to_have_url(re.compile("rule=ESP104"))
    page.get_by_label("Name or path").fill("lora")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("[data-card]")).to_have_count(1)
    other = signed_in()
    other.goto(page.url)
    expect(other.locator("[data-card]")).to_have_count(1)
    expect(other.get_by_label("Rule")).to_have_value("ESP104")
    expect(other.get_by_label("Name or path")).to_have_value("lora")


def test_everything_can_be_done_without_scripts(signed_in: SignedIn, project: Path) -> None:
    page = signed_in(java_script_enabled=False)
    open_group(page, "LoRASeed")
    record(page, "Ada", "Support", "Without a script.")
    expect(page.get_by_text("The verdict of Ada is in")).to_be_visible()
    assert "Without a script." in tickets(project)
    page.get_by_role("button", name="Scan again").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
