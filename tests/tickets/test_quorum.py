"""What reviewers come to: the words, the suggested state, objections and what is stale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.findings import Severity
from esper_lint.tickets.quorum import Decision, decision, scope_of
from esper_lint.tickets.ticket import Review, Scope, State, Verdict

SUP, NEU, REF, OBJ = Verdict.SUPPORT, Verdict.NEUTRAL, Verdict.REFINE, Verdict.OBJECT


def reviews(*given: Verdict | None, qualifier: str = "", code: str = "") -> list[Review]:
    return [Review(f"reviewer {number}", one, "why", qualifier, "", code) for number, one in enumerate(given)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "PENDING 0/3"),
        ([SUP], "PENDING 1/3"),
        ([SUP, None, SUP], "PENDING 2/3"),
        ([SUP, SUP, SUP], "UNANIMOUS SUPPORT"),
        ([NEU, OBJ, NEU], "NEUTRAL (2/3)"),
        ([SUP, NEU, OBJ], "SPLIT"),
        ([SUP, SUP, OBJ, OBJ], "SPLIT"),
        ([SUP, SUP, SUP, OBJ], "SUPPORT (3/4)"),
    ],
)
def test_the_words_of_a_quorum_of_three(given: list[Verdict | None], words: str) -> None:
    assert decision(reviews(*given), "", 3).words == words


def test_one_reviewer_can_be_enough() -> None:
    assert decision(reviews(SUP), "", 1) == Decision("UNANIMOUS SUPPORT", State.TRIAGED)


@pytest.mark.parametrize(
    ("given", "qualifier", "state"),
    [
        ([SUP, SUP, OBJ], "", State.TRIAGED),
        ([OBJ, OBJ, SUP], "", State.NOT_A_BUG),
        ([OBJ, OBJ, SUP], "all", State.NOT_A_BUG),
        ([OBJ, OBJ, SUP], "inherit", None),
        ([SUP, SUP], "", None),
        ([NEU, NEU, NEU], "", None),
    ],
)
def test_a_majority_suggests_a_state(given: list[Verdict], qualifier: str, state: State | None) -> None:
    assert decision(reviews(*given, qualifier=qualifier), "", 3).suggests is state


@pytest.mark.parametrize(
    ("qualifier", "scope"),
    [
        ("", Scope.ALL),
        ("all", Scope.ALL),
        ("inherit", Scope.INHERIT),
        ("to inheritance", Scope.INHERIT),
        ("Merge", Scope.MERGE),
        ("merging of classes", Scope.MERGE),
        ("see below", Scope.ALL),
    ],
)
def test_what_an_objection_is_to(qualifier: str, scope: Scope) -> None:
    assert scope_of(Review("a", OBJ, qualifier=qualifier)) is scope
    assert decision([Review("a", OBJ, qualifier=qualifier)], "", 3).objection is scope


def test_the_widest_objection_counts() -> None:
    both = [Review("a", OBJ, qualifier="inherit"), Review("b", OBJ, qualifier="merge")]
    assert decision(both, "", 3).objection is Scope.INHERIT
    assert decision([*both, Review("c", OBJ)], "", 3).objection is Scope.ALL


def test_a_verdict_on_other_code_is_stale_and_only_objects() -> None:
    given = [
        Review("a", SUP, code="old"),
        Review("b", OBJ, qualifier="merge", code="old"),
        Review("c", SUP, code="now"),
    ]
    assert decision(given, "now", 3) == Decision("PENDING 1/3", None, Scope.MERGE, ("a", "b"))


def test_a_verdict_that_names_no_code_is_never_stale() -> None:
    assert decision(reviews(SUP, SUP, SUP), "now", 3).stale == ()
    assert decision(reviews(SUP, SUP, SUP, code="old"), "", 3).stale == ()


def test_a_reviewer_who_says_something_else_has_one_voice() -> None:
    given = [Review("Ann", OBJ), Review("ann", SUP), Review("", SUP), Review("", NEU)]
    assert decision(given, "", 3) == Decision("SUPPORT (2/3)", State.TRIAGED)


def test_what_refines_proposes_a_severity() -> None:
    given = [
        Review("a", REF, qualifier="P1"),
        Review("b", REF, qualifier="p2, later"),
        Review("c", REF, qualifier="the fix"),
    ]
    assert decision(given, "", 3).severity is Severity.P1
    assert decision([*given, Review("d", REF, qualifier="P2")], "", 3).severity is Severity.P2
    assert decision([Review("a", SUP, qualifier="P1")], "", 1).severity is None


REVIEWS = st.lists(
    st.builds(
        Review,
        st.sampled_from("abcdef"),
        st.sampled_from([*Verdict, None]),
        st.just("why"),
        st.sampled_from(["", "inherit", "merge", "all", "P1", "P3"]),
        st.just(""),
        st.sampled_from(["", "now", "old"]),
    ),
    max_size=6,
    unique_by=lambda one: one.reviewer,
)


@given(REVIEWS, st.integers(1, 5), st.randoms())
def test_the_order_of_the_reviews_decides_nothing(given: list[Review], needed: int, random: object) -> None:
    found = decision(given, "now", needed)
    random.shuffle(given)  # type: ignore[attr-defined]
    again = decision(given, "now", needed)
    assert (found.words, found.suggests, found.objection, found.severity) == (
        again.words,
        again.suggests,
        again.objection,
        again.severity,
    )
    assert sorted(found.stale) == sorted(again.stale)


@given(REVIEWS, st.integers(1, 5))
def test_an_objection_is_never_lost_and_a_state_needs_a_quorum(given: list[Review], needed: int) -> None:
    found = decision(given, "now", needed)
    assert (found.objection is not None) == any(one.verdict is OBJ for one in given)
    if found.words.startswith("PENDING"):
        assert found.suggests is None
