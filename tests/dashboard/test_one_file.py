"""The report in one file: closed to the outside, whole, and of a policy that its own parts keep."""

from __future__ import annotations

import base64
import hashlib
import re

from esper_lint.dashboard.one_file import one_file
from tests.dashboard.boards import board, ticket
from tests.dashboard.html_reading import Page
from tests.output.samples import FLEX_GROUP, SILENT


def file() -> str:
    return one_file(board(tickets={"a.md": ticket("B1-EL-01", ("Ada", "SUPPORT", "Yes."))}))


def test_nothing_is_fetched_from_anywhere() -> None:
    html = file()
    page = Page(html)
    assert page.names.isdisjoint({"link", "img", "iframe", "object", "embed", "base"})
    assert not [one for one in page.all("script") if "src" in one]
    assert all(one["href"].startswith("#/") for one in page.all("a") if one["href"] != "#main")
    assert "url(" not in html.replace("new URL(", "") and "@import" not in html and "fetch(" not in html


def test_the_policy_allows_its_style_and_its_script_and_nothing_else() -> None:
    html = file()
    (policy,) = [one["content"] for one in Page(html).all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, element in (("style-src", "style"), ("script-src", "script")):
        (text,) = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}


def test_every_address_in_it_leads_somewhere() -> None:
    page = Page(file())
    places = set(page.ids)
    for one in page.all("a"):
        if one["href"] != "#main":
            assert one["href"][1:].partition("?")[0] in places, one


def test_every_group_and_every_ticket_is_a_page() -> None:
    articles = {one["id"] for one in Page(file()).all("article")}
    assert {"/", "/scan", "/tickets", "/health", "/equivalence", "/trend", "/tickets/B1-EL-01"} <= articles
    assert len([one for one in articles if one.startswith("/groups/")]) == len((FLEX_GROUP, SILENT))


def test_the_same_board_makes_the_same_file() -> None:
    assert file() == file()
