"""What a reviewer is told who comes late."""

from __future__ import annotations

from dataclasses import replace

from esper_lint.dashboard.serving.ticket_changes import changes
from esper_lint.findings import Severity
from esper_lint.tickets.ticket import Box, Mark, Review, State, Ticket, Verdict

TICKET = Ticket(
    "B1-A-01",
    "A title",
    severity=Severity.P3,
    status=State.OPEN,
    reviews=(Review("Ada", Verdict.SUPPORT, "yes"), Review("Bob", Verdict.NEUTRAL, "hm")),
    recommendation="text\n" * 40,
    verification=(Box("Run the tests"),),
)


def test_nothing_is_said_of_what_did_not_change() -> None:
    assert list(changes(TICKET, replace(TICKET))) == []


def test_verdicts_are_named_with_their_reviewers() -> None:
    after = replace(
        TICKET,
        reviews=(
            Review("Ada", Verdict.OBJECT, "no", qualifier="inherit"),
            Review("Cy", None, "what", word="MAYBE"),
            Review("", Verdict.SUPPORT, "ok"),
        ),
    )
    assert list(changes(TICKET, after)) == [
        "Ada changed SUPPORT to OBJECT (inherit)",
        "Cy wrote MAYBE",
        "somebody without a name wrote SUPPORT",
        "the verdict of Bob is gone",
    ]


def test_an_evaluation_that_was_rewritten_is_a_change() -> None:
    after = replace(TICKET, reviews=(replace(TICKET.reviews[0], evaluation="other words"), TICKET.reviews[1]))
    assert list(changes(TICKET, after)) == ["Ada says SUPPORT in other words"]


def test_cells_are_shown_and_sections_are_named() -> None:
    after = replace(
        TICKET,
        status=State.TRIAGED,
        severity=None,
        assignee="Cy",
        recommendation="other",
        verification=(Box("Run the tests", Mark.TICKED),),
    )
    assert list(changes(TICKET, after)) == [
        "Severity: P3 is now nothing",
        "Status: open is now triaged",
        "Assignee: nothing is now Cy",
        "Recommended Fix was rewritten",
        "How to Verify the Fix was rewritten",
    ]
