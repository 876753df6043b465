"""A patch sets its value and touches its span only, in canonical tickets and in all shapes that people write."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.tickets.patching import (
    CannotPatch,
    Patch,
    PutReview,
    SetCell,
    SetMembers,
    SetPlaces,
    SetSection,
    TickBox,
    TicketChanged,
    patched,
)
from esper_lint.tickets.reading import digest_of, read_ticket
from esper_lint.tickets.reviews import reviewer_key
from esper_lint.tickets.ticket import Mark, Place, Review, Site, State, Ticket, Verdict
from esper_lint.tickets.writing import render
from tests.tickets.strategies import SEED, mutated, one_liners, some_line, texts, tickets
from tests.tickets.test_shapes import SHAPES, as_bytes, expected

FORMS = ("", "crlf", "mark")
REVIEW = Review("Jo", Verdict.OBJECT, "Not so.\n## Resolution\n| Verdict | x |", "merge", "2025-01-02", "c0de")


def put(data: bytes, *patches: Patch) -> bytes:
    return patched(data, patches, expected=digest_of(data))


def ticket_of(data: bytes) -> Ticket:
    return read_ticket(data, "x.md").ticket


def changed_lines(before: bytes, after: bytes) -> tuple[list[bytes], list[bytes]]:
    """The lines that are gone and those that are new."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    changes = [one for one in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    return (
        [line for _, start, end, _, _ in changes for line in old[start:end]],
        [line for _, _, _, start, end in changes for line in new[start:end]],
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_is_set_in_its_style(form: str) -> None:
    data = as_bytes(SEED.decode(), form)
    end = b"\r\n" if form == "crlf" else b"\n"
    gone, new = changed_lines(data, put(data, SetCell("Status", "triaged")))
    assert (gone, new) == ([b"| **Status** | `open` |" + end], [b"| **Status** | `triaged` |" + end])


@pytest.mark.parametrize(
    ("label", "value", "line"),
    [
        ("Assignee", "Jo | Al", b"| **Assignee** | Jo \\| Al |\n"),
        ("Assignee", "`x`", b"| **Assignee** | `` `x` `` |\n"),
        ("Clone Group", "0a1b", b"| **Clone Group** | `0a1b` |\n"),
        ("Fixed", "77ab01c", b"| **Fixed** | 77ab01c |\n"),
        ("updated", "2025-01-01", b"| **Updated** | 2025-01-01 |\n"),
    ],
)
def test_a_cell_is_filled_or_its_row_added(label: str, value: str, line: bytes) -> None:
    gone, new = changed_lines(SEED, put(SEED, SetCell(label, value)))
    assert new == [line] and len(gone) <= 1


def test_a_bold_cell_stays_bold() -> None:
    data = SEED.replace(b"`open`", b"**open**")
    assert changed_lines(data, put(data, SetCell("Status", "fixed")))[1] == [b"| **Status** | **fixed** |\n"]


@pytest.mark.parametrize("form", FORMS)
def test_a_new_review_comes_after_the_others(form: str) -> None:
    data = as_bytes(SEED.decode(), form)
    after = put(data, PutReview(REVIEW))
    gone, _ = changed_lines(data, after)
    assert gone == []
    assert ticket_of(after).reviews == (*ticket_of(data).reviews, REVIEW)
    assert (b"\r\n" in after) == (form == "crlf") and after.count(b"\n") - after.count(b"\r\n") in (
        0,
        after.count(b"\n"),
    )


def test_a_reviewer_s_second_review_takes_the_place_of_the_first() -> None:
    after = put(SEED, PutReview(Review("pytorch", Verdict.SUPPORT, "After all.")))
    gone, new = changed_lines(SEED, after)
    assert gone[0] == b"## Cross-Review: PyTorch Specialist\n" and new[0] == b"## Cross-Review: pytorch\n"
    assert [review.reviewer for review in ticket_of(after).reviews] == [
        "DRL Specialist",
        "pytorch",
        "Code Review Specialist",
    ]


def test_one_reviewer_among_several_in_a_table_is_taken_out_of_it() -> None:
    path = next(path for path in SHAPES if path.stem == "review-named-evaluations-under-table")
    data = path.read_bytes()
    after = put(data, PutReview(Review("kernel", Verdict.OBJECT, "No.")))
    text = b"\n## Cross-Review: kernel\n\n| Verdict | **OBJECT** |\n|---------|-------------|\n\n**Evaluation:** No.\n"
    assert (
        after
        == data.replace(b"| Kernel | SUPPORT |\n", b"").replace(b"**Kernel Evaluation:** Yes, both.\n\n", b"") + text
    )
    assert [(one.reviewer, one.verdict) for one in ticket_of(after).reviews] == [
        ("Data", Verdict.NEUTRAL),
        ("kernel", Verdict.OBJECT),
    ]


def test_the_word_for_support_is_the_one_that_is_asked_for() -> None:
    assert b"| Verdict | **ENDORSE** (merge) |" in put(
        SEED, PutReview(replace(REVIEW, verdict=Verdict.SUPPORT), "ENDORSE")
    )


@pytest.mark.parametrize("mark", list(Mark))
def test_a_box_is_ticked_by_one_byte(mark: Mark) -> None:
    after = put(SEED, TickBox("Run existing blueprint tests", mark))
    assert after == SEED.replace(b"- [ ] Run existing", f"- [{mark.value}] Run existing".encode())


def test_a_box_in_a_fence_is_none() -> None:
    data = SEED.replace(b"- [ ] Run existing blueprint tests", b"```\n- [ ] Run existing blueprint tests\n```")
    with pytest.raises(CannotPatch, match="no check box"):
        put(data, TickBox("Run existing blueprint tests"))


def test_a_resolution_stands_between_reviews_and_appendix() -> None:
    after = put(SEED, SetSection("Resolution", "Fixed in 77ab01c."))
    assert after == SEED.replace(b"## Appendix", b"## Resolution\n\nFixed in 77ab01c.\n\n---\n\n## Appendix")
    again = put(after, SetSection("resolution", "# Not\nyet."))
    assert changed_lines(after, again) == ([b"Fixed in 77ab01c.\n"], [b"\\# Not\n", b"yet.\n"])


def test_places_and_members_follow_the_code() -> None:
    places = (Place("a.py", 1, 2), Place("b/c.py", 3, 3))
    after = put(SEED, SetPlaces(places))
    assert len(changed_lines(SEED, after)[0]) == 2 and ticket_of(after).places == places
    members = (Site("f.<locals>.A", Place("a.py", 9, 12), "0a"), Site("B", Place("b.py")))
    with_members = put(after, SetMembers(members))
    assert changed_lines(after, with_members)[0] == [] and ticket_of(with_members).members == members
    assert ticket_of(put(with_members, SetMembers(members[1:]))).members == members[1:]
    assert ticket_of(put(with_members, SetMembers(()))).members == ()


def test_nothing_changes_where_the_value_is_there_already() -> None:
    assert put(SEED, SetCell("Status", "open"), TickBox("Correctness bug", Mark.EMPTY)) == SEED


def test_several_patches_are_one_change() -> None:
    after = ticket_of(put(SEED, SetCell("Status", "fixed"), SetCell("Fixed", "77ab01c"), PutReview(REVIEW)))
    assert after.status is State.FIXED and after.fixed == "77ab01c" and after.reviews[-1] == REVIEW


def test_another_file_than_was_read_is_refused() -> None:
    with pytest.raises(TicketChanged, match="changed since"):
        patched(SEED + b"\n", [SetCell("Status", "fixed")], expected=digest_of(SEED))


@pytest.mark.parametrize(
    ("data", "patch", "message"),
    [
        (SEED, SetCell("Colour", "red"), "no field"),
        (SEED, SetCell("Status", "parked"), "no value of Status"),
        (SEED, SetCell("Severity", "P9"), "no value"),
        (SEED, SetCell("Created", "yesterday"), "no value"),
        (SEED, TickBox("No such box"), "no check box"),
        (SEED, SetSection("Summary", "x"), "no section of text"),
        (SEED.decode().encode("utf-16"), SetCell("Status", "fixed"), "UTF-16"),
    ],
)
def test_what_a_ticket_cannot_take_is_refused(data: bytes, patch: Patch, message: str) -> None:
    with pytest.raises(CannotPatch, match=message):
        put(data, patch)


SOME = [
    SetCell("Status", "triaged"),
    SetCell("Clone Group", "0a1b2c"),
    PutReview(REVIEW),
    PutReview(Review("kernel", Verdict.REFINE, "Less.", "P4")),
    SetSection("Resolution", "Fixed in 77ab01c.\n\n- by a helper"),
]


@pytest.mark.parametrize("patch", SOME, ids=["status", "group", "new review", "review again", "resolution"])
@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_every_shape_can_be_patched(path: Path, patch: Patch) -> None:
    form = expected(path).get("as", "")
    data = as_bytes(path.read_text(encoding="utf-8"), form)
    if form == "utf-16":
        return
    after = put(data, patch)
    gone, _ = changed_lines(data, after)
    if isinstance(patch, PutReview):
        others = [
            one for one in ticket_of(data).reviews if reviewer_key(one.reviewer) != reviewer_key(patch.review.reviewer)
        ]
        assert [one for one in ticket_of(after).reviews if one != patch.review] == others
        assert patch.review in ticket_of(after).reviews
    elif isinstance(patch, SetCell):
        assert len(gone) <= 1


_cells = st.builds(SetCell, st.sampled_from(["Ticket ID", "Batch", "Agent", "Assignee", "Rule", "Fixed"]), some_line)
_reviews = st.builds(
    PutReview,
    st.builds(
        Review,
        some_line | st.just("DRL"),
        st.sampled_from(Verdict),
        texts,
        one_liners,
        st.just("2025-01-02"),
        one_liners,
    ),
)
_sections = st.builds(
    SetSection,
    st.sampled_from(["Resolution", "Recommended Fix", "What's Wrong", "Code Evidence", "Why This Matters"]),
    texts,
)


@settings(max_examples=60)
@given(tickets, _cells | _reviews | _sections, st.sampled_from(FORMS))
def test_a_patch_of_any_ticket_sets_its_value_and_nothing_else(ticket: Ticket, patch: Patch, form: str) -> None:
    data = as_bytes(render(ticket), form)
    try:
        after = put(data, patch)
    except CannotPatch:
        return
    if isinstance(patch, SetCell):
        gone, new = changed_lines(data, after)
        assert len(gone) <= 1 and len(new) <= 1
    elif isinstance(patch, PutReview):
        assert patch.review in ticket_of(after).reviews
        assert replace(ticket_of(after), reviews=()) == replace(ticket, reviews=())
    assert not (form == "crlf" and after.replace(b"\r\n", b"").count(b"\n"))


@settings(max_examples=60)
@given(
    mutated((SEED, *(path.read_bytes() for path in SHAPES))),
    _cells | _reviews | _sections | st.sampled_from(SOME),
)
def test_a_patch_of_any_file_keeps_every_other_verdict(data: bytes, patch: Patch) -> None:
    before = ticket_of(data)
    try:
        after = ticket_of(put(data, patch))
    except CannotPatch:
        return
    mine = reviewer_key(patch.review.reviewer) if isinstance(patch, PutReview) else None
    kept = [one for one in before.reviews if reviewer_key(one.reviewer) != mine]
    assert [one for one in after.reviews if reviewer_key(one.reviewer) != mine] == kept


def test_a_value_takes_the_place_of_one_that_had_no_meaning() -> None:
    data = next(path for path in SHAPES if path.stem == "metadata-meaningless-then-given").read_bytes()
    after = put(data, SetCell("Severity", "P0"), SetCell("Created", "2025-02-03"), SetCell("Status", "open"))
    wanted = data.replace(b"`P1`", b"`P0`").replace(b"soon", b"2025-02-03").replace(b"TBD", b"open")
    assert after == wanted


def test_a_part_of_the_description_is_added_with_its_section() -> None:
    path = next(path for path in SHAPES if path.stem == "location-missing")
    after = put(path.read_bytes(), SetSection("Code Evidence", "```\n# x\n```"))
    assert after == path.read_bytes() + b"\n## Detailed Description\n\n### Code Evidence\n\n```\n# x\n```\n"
    again = put(after, SetSection("What's Wrong", "It is copied."))
    wanted = b"## Detailed Description\n\n### What's Wrong\n\nIt is copied.\n\n### Code Evidence"
    assert again == after.replace(b"## Detailed Description\n\n### Code Evidence", wanted)
