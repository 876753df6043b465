"""The queue, the tickets, the scan and the health: what is listed, in which order, and what a query chooses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.dashboard.board import Board
from esper_lint.dashboard.listing import PAGE, listed
from esper_lint.dashboard.review_queue import Queue, queue_of
from esper_lint.dashboard.ticket_lists import chosen, oddities, scanned
from esper_lint.findings import Severity
from tests.dashboard.boards import board, ticket
from tests.output.samples import FLEX_GROUP, REPORT, SILENT
from tests.rules.builders import group, member

SMALL = group(member("Small", "a/small.py", length=3), member("Twin", "b/small.py", length=3))
LARGE = group(member("Large", "a/large.py", length=90), member("Other", "a/large.py", 200, length=80))
GRAVE = replace(group(member("Grave", "c.py"), member("Tomb", "c.py", 40)), severity=Severity.P1, rule="ESP104")
MANY = replace(REPORT, groups=(SMALL, FLEX_GROUP, LARGE, SILENT, GRAVE))


def queue(shown: Board, **query: str) -> Queue:
    return queue_of(tuple(shown.cards.values()), query)


def names(found: Queue) -> list[str]:
    return [card.names[0] for card in found.cards]


def test_the_queue_opens_on_what_nobody_reviewed_the_gravest_and_then_the_largest_first() -> None:
    assert names(queue(board(MANY))) == ["Grave", "Large", "Flex", "Small"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"rule": "ESP104"}, ["Grave"]),
        ({"severity": "P3", "q": "LARGE a/"}, ["Large"]),
        ({"q": "b/small.py"}, ["Small"]),
        ({"state": "silent"}, ["S"]),
        ({"state": "all", "unit": "class"}, []),
        ({"state": "nonsense"}, []),
    ],
)
def test_a_query_chooses_groups(query: dict[str, str], expected: list[str]) -> None:
    assert names(queue(board(MANY), **query)) == expected


@pytest.mark.parametrize(
    ("reviews", "states", "words"),
    [
        ([], {"unreviewed"}, "open"),
        ([("Ada", "SUPPORT", "Yes.")], {"pending"}, "PENDING 1/3"),
        (
            [("Ada", "SUPPORT", "a"), ("Bert", "SUPPORT", "b"), ("Cleo", "SUPPORT", "c")],
            {"decided"},
            "UNANIMOUS SUPPORT",
        ),
        ([("Ada", "SUPPORT", "a"), ("Bert", "OBJECT", "b"), ("Cleo", "NEUTRAL", "c")], {"split"}, "SPLIT"),
    ],
)
def test_reviews_move_a_group_on(reviews: list[tuple[str, str, str]], states: set[str], words: str) -> None:
    card = board(tickets={"a.md": ticket("B1-EL-01", *reviews)}).cards[FLEX_GROUP.id]
    assert (set(card.states), card.words) == (states, words)


def test_a_closed_ticket_is_decided() -> None:
    assert board(tickets={"a.md": ticket(status="not-a-bug")}).cards[FLEX_GROUP.id].states == ("decided",)


def test_a_group_knows_its_neighbours_among_what_was_chosen() -> None:
    found = queue(board(MANY), state="all")
    before, after, at = found.neighbours(LARGE.id)
    assert before and after and (before.names[0], after.names[0], at) == ("Grave", "Flex", 2)
    assert queue(board(MANY), rule="ESP104").neighbours(LARGE.id)[2] == 0


@given(st.integers(0, 900), st.text(max_size=8))
def test_a_list_has_every_item_on_one_page_and_any_page_can_be_asked_for(count: int, page: str) -> None:
    items = list(range(count))
    pages = [listed(items, count, {"page": str(number)}).items for number in range(1, -(-count // PAGE) + 1)]
    assert [item for one in pages for item in one] == items
    found = listed(items, count, {"page": page})
    assert 1 <= found.page <= found.pages
    assert listed(items, count, {}, whole=True).items == tuple(items)


def test_keys_are_ids_where_these_are_plain_and_alone() -> None:
    shown = board(
        tickets={
            "a.md": ticket("B1-EL-01"),
            "b.md": ticket("B1-EL-02"),
            "fixed/b.md": ticket("B1-EL-02"),
            "c.md": ticket("../../etc"),
        }
    )
    keys = sorted(shown.filed)
    assert keys[0] == "B1-EL-01" and len(keys) == 4
    assert all(key.startswith("file-") and key.removeprefix("file-").isalnum() for key in keys[1:])


def test_tickets_are_chosen_by_state_severity_and_words() -> None:
    shown = board(tickets={"a.md": ticket(), "b.md": ticket("B1-EL-02", status="fixed", title="Other thing")})
    assert [one.key for one in chosen(shown, {})] == ["B1-EL-01"]
    assert [one.key for one in chosen(shown, {"state": "all"})] == ["B1-EL-01", "B1-EL-02"]
    assert [one.key for one in chosen(shown, {"state": "fixed"})] == ["B1-EL-02"]
    assert [one.key for one in chosen(shown, {"state": "all", "q": "THING other"})] == ["B1-EL-02"]
    assert chosen(shown, {"state": "all", "severity": "P0"}) == []


def test_the_scan_says_where_tickets_and_code_disagree() -> None:
    gone = ticket("B1-EL-03").replace("flex.py", "gone.py").replace("plain.py", "gone.py")
    shown = board(tickets={"a.md": ticket(), "b.md": gone, "c.md": ticket("B1-EL-02", status="fixed")})
    found = scanned(shown, "")
    assert found.counts == {"new": 0, "unresolved": 1, "reopened": 1, "resolved": 1}
    assert [(one.key, message != "") for one, message in found.rows] == [
        ("B1-EL-03", True),
        ("B1-EL-02", True),
        ("B1-EL-01", False),
    ]
    assert [one.key for one, _ in scanned(shown, "reopened").rows] == ["B1-EL-02"]


def test_without_tickets_every_group_is_new() -> None:
    assert scanned(board(), "").new == (FLEX_GROUP,)


def test_health_lists_what_is_odd() -> None:
    shown = board(tickets={"a.md": ticket(status="who knows"), "b.md": "nothing"})
    assert {"unknown-status", "no-metadata"} <= {one.diagnostic.code for one in oddities(shown, "")}
    assert {one.diagnostic.name for one in oddities(shown, "unknown-status")} == {"a.md"}
