"""Every page, of whatever people have committed: well formed, labelled, and nothing foreign is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esper_lint.dashboard import routes
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.equivalence import Check, Equivalence, Verification
from esper_lint.dashboard.fix_preview import FixPreview, KnownPlans, NotPlanned, Patch, Planning
from esper_lint.dashboard.one_file import one_file
from esper_lint.dashboard.rendering import NoSuchPage, Pages, Refused, Surroundings
from esper_lint.findings import Report, Suppressed
from esper_lint.fixing.refusals import Refusal
from esper_lint.history.log import Commit
from esper_lint.trend.events import trend_of
from esper_lint.trend.records import CommitRecord
from tests.dashboard.boards import any_line, board, ticket
from tests.dashboard.html_reading import Page
from tests.output.samples import FLEX_GROUP, REPORT
from tests.output.strategies import anything, reports

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\" onmouseover=alert(1) x='",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "[x](javascript:alert(1)) ![y](https://evil.example/y.png) <b>b</b>",
    "\u202egnp.exe \x1b[31m \x00 \u2028",
    "</textarea></title></style>-->",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
)
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SERVED = Surroundings(is_served=True)
# What Markdown in a ticket may become.
PROSE_TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
}
PROSE_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
PROSE_ATTRIBUTES = {"href", "rel", "tabindex", "start"}


def addresses(found: Board) -> list[tuple[str, dict[str, str]]]:
    plain: list[tuple[str, dict[str, str]]] = [(route.name, {}) for route in routes.ROUTES if not route.parameters]
    groups = [(name, {"id": group}) for group in found.groups for name in ("group", "fix")]
    return [*plain, *groups, *(("ticket", {"id": key}) for key in found.filed)]


def all_of(found: Board) -> dict[str, str]:
    pages = Pages(found, SERVED)
    html = {f"{name} {path}": pages.html(name, {"state": "all"}, **path) for name, path in addresses(found)}
    return html | {"the file": one_file(found)}


@cache
def known() -> tuple[set[str], set[str]]:
    """The elements and attributes of pages on which nobody tries anything."""
    pages = [Page(html) for words in ("plain words", "") for html in all_of(crowded(words)).values()]
    return {name for page in pages for name in page.names}, {name for page in pages for name in page.attributes}


def require_sound(where: str, html: str) -> None:
    page = Page(html)
    tags, attributes = known()
    assert page.unbalanced == [], where
    assert page.names <= tags | PROSE_TAGS, where
    assert page.attributes <= attributes | PROSE_ATTRIBUTES, where
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"], where
    assert page.comments == [], where
    assert len(page.ids) == len(set(page.ids)), where
    for tag, given_attributes in page.tags:
        for reference in given_attributes.get("aria-labelledby", "").split():
            assert reference in page.ids, (where, tag, reference)
        for name in ("href", "src", "action"):
            address = given_attributes.get(name, "/")
            assert re.match(r"/|#|https?://|$", address), (where, address)
    scripts = [one for one in page.all("script") if "src" in one]
    assert all(one["src"].startswith("/static/") for one in scripts), where
    # What turns the direction of text or moves a cursor stands nowhere.
    assert not ACTING.search(page.text), where


def crowded(text: str) -> Board:
    """A board on which every part of every page says ``text``."""
    check = Check(text, text, text)
    record = Equivalence(
        text,
        "Flex",
        1,
        "STALE",
        "TESTED",
        1,
        1,
        (check,),
        ((text, 1, text),),
        (text,),
        (text,),
        (text,),
        (FLEX_GROUP.id,),
    )
    plan = FixPreview(
        (),
        (Patch(text, True, (f"+{text}", f"-{text}", text), 1, 1),),
        1,
        False,
        text,
        (Refusal("FX-CALL", text, 1, text),),
        (),
    )
    commit = CommitRecord(Commit("a" * 40, 0, text), 1, 1, 1, 1, 1, ())
    one_line = " ".join(text.split())
    return board(
        tickets={
            "one.md": ticket("B1-EL-01", (one_line, "OBJECT", text), title=one_line, wrong=text),
            f"{one_line.replace('/', '')[:40] or 'two'}.md": ticket("B1-EL-01", status=one_line, wrong=text),
            "odd.md": text,
        },
        verification=Verification((record,), (text,)),
        plans=KnownPlans({FLEX_GROUP.id: plan}),
        trend=trend_of([commit]),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_people_wrote_becomes_markup(text: str) -> None:
    for where, html in all_of(crowded(text)).items():
        require_sound(where, html)
        assert "alert(1)</script>" not in html, where
        assert "<img" not in html, where


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports(), st.dictionaries(st.sampled_from(["a.md", "fixed/b.md", "c.md"]), anything, max_size=3))
def test_any_report_and_any_tickets_make_sound_pages(report: Report, tickets: dict[str, str]) -> None:
    for where, html in all_of(board(report, tickets, sources=any_line)).items():
        require_sound(where, html)


def test_what_stands_on_a_page_is_what_people_wrote() -> None:
    found = crowded(HOSTILE[0])
    page = Page(Pages(found, SERVED).html("ticket", id=next(iter(found.filed))))
    assert HOSTILE[0] in page.text


def test_every_field_has_a_label() -> None:
    for where, html in all_of(board(tickets={"a.md": ticket()})).items():
        fields = re.findall(r"<(?:select|textarea|input)\b(?![^>]*type=\"hidden\")[^>]*>", html)
        before = re.split(r"<(?:select|textarea|input)\b(?![^>]*type=\"hidden\")[^>]*>", html)[:-1]
        for field, text in zip(fields, before, strict=True):
            assert text.rfind("<label") > text.rfind("</label"), (where, field)


@pytest.mark.parametrize("name", ["group", "fix", "ticket"])
@pytest.mark.parametrize("id", ["", "nowhere", "../../etc/passwd", "<script>"])
def test_what_is_not_there_is_no_page(name: str, id: str) -> None:
    with pytest.raises(NoSuchPage):
        Pages(board(tickets={"a.md": ticket()}), SERVED).html(name, id=id)


@pytest.mark.parametrize(
    "query",
    [{"left": "9" * 40}, {"left": "-1", "right": "x"}, {"left": "1", "right": "1"}, {"page": "0"}, {"q": "\x00<"}],
)
def test_no_query_breaks_a_page(query: dict[str, str]) -> None:
    pages = Pages(board(tickets={"a.md": ticket()}), SERVED)
    for route in routes.ROUTES:
        path = {"id": FLEX_GROUP.id if route.name != "ticket" else "B1-EL-01"} if route.parameters else {}
        require_sound(route.name, pages.html(route.name, query, **path))


def test_a_refused_write_keeps_what_was_typed() -> None:
    typed = {"reviewer": "Ada & Co", "verdict": "OBJECT", "qualifier": "inherit", "evaluation": "Because\n<b>so</b>"}
    refused = Refused("review_group", "the ticket has changed", typed, ("Bert wrote SUPPORT",))
    html = Pages(board(), SERVED).html("group", {}, refused, id=FLEX_GROUP.id)
    page = Page(html)
    assert "Because\n<b>so</b>" in page.text
    assert "the ticket has changed" in page.text and "Bert wrote SUPPORT" in page.text
    assert {"name": "reviewer", "value": "Ada & Co"}.items() <= next(
        one for one in page.all("input") if one.get("name") == "reviewer"
    ).items()
    assert [one["value"] for one in page.all("input") if "checked" in one and one["type"] == "radio"] == ["OBJECT"]
    assert "inherit" in [one.get("value") for one in page.all("option") if "selected" in one]


def test_a_refused_acceptance_is_shown_open_with_its_triggers() -> None:
    typed = {"reason": "generated", "text": "Made by a script.", "reviewer": "Ada", "trigger_member": "on"}
    html = Pages(board(), SERVED).html("group", {}, Refused("accept", "no", typed), id=FLEX_GROUP.id)
    page = Page(html)
    ticked = [one["name"] for one in page.all("input") if one.get("type") == "checkbox" and "checked" in one]
    assert ticked == ["trigger_member"]
    assert "Made by a script." in page.text
    assert any("open" in one for one in page.all("details"))


def test_what_is_accepted_by_design_is_not_to_be_accepted_again() -> None:
    for kind, is_offered in (("contract", False), ("baseline", True)):
        silent = replace(FLEX_GROUP, suppressed=Suppressed(kind, "seeds"))
        html = Pages(board(replace(REPORT, groups=(silent,))), SERVED).html("group", {}, id=FLEX_GROUP.id)
        assert ("Accept this duplicate by design" in html) == is_offered
        assert ("held in lock-step by a contract" in html) != is_offered


def test_a_form_says_which_ticket_and_which_code_was_seen() -> None:
    found = board(tickets={"a.md": ticket()})
    page = Page(Pages(found, SERVED).html("group", id=FLEX_GROUP.id))
    hidden = {one["name"]: one["value"] for one in page.all("input") if one.get("type") == "hidden"}
    assert hidden["expected"] == found.filed["B1-EL-01"].reading.digest
    assert hidden["code"] == found.filed["B1-EL-01"].code != ""


def test_the_page_that_is_open_is_marked_in_the_navigation() -> None:
    page = Page(Pages(board(), SERVED).html("tickets"))
    assert [one["href"] for one in page.all("a") if one.get("aria-current") == "page"] == ["/tickets"]


def test_an_empty_queue_says_why() -> None:
    whole = Pages(board(), SERVED).html("queue", {"q": "nobody"})
    assert "No group is in this view" in whole and "has been reviewed" not in whole
    assert "No duplicates were found here" in Pages(board(replace(REPORT, groups=())), SERVED).html("queue", {})


def test_a_group_shows_the_resolution_of_its_ticket() -> None:
    closed = ticket().replace("\n\n## Location", "\n| Resolution | accepted by design: generated |\n\n## Location", 1)
    assert "accepted by design: generated" in Pages(board(tickets={"a.md": closed}), SERVED).html(
        "group", {}, id=FLEX_GROUP.id
    )


def test_the_filters_of_the_queue_go_with_its_groups() -> None:
    query = {"state": "all", "rule": "ESP103", "nonsense": "1"}
    page = Page(Pages(board(), SERVED).html("queue", query))
    links = [one["href"] for one in page.all("a") if one.get("class") == "name"]
    assert links == [routes.url("group", query, id=FLEX_GROUP.id)]
    assert links[0].endswith("?state=all&rule=ESP103")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Planning.NOT_ASKED, "Plan the fix"),
        (Planning.UNDER_WAY, "being planned"),
        (NotPlanned("no <b>luck</b>"), "no <b>luck</b>"),
    ],
)
def test_a_fix_that_is_not_there_is_asked_for(plan: Planning | NotPlanned, words: str) -> None:
    found = board(plans=KnownPlans({FLEX_GROUP.id: plan}))
    assert words in Page(Pages(found, SERVED).html("fix", id=FLEX_GROUP.id)).text
