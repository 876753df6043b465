"""An acceptance is written into a cell and read out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.tickets.acceptance import Acceptance, Reason, Trigger, acceptance_in, in_order, over, words_of

ACCEPTANCES = st.builds(
    Acceptance,
    st.sampled_from(Reason),
    st.lists(st.sampled_from(Trigger)).map(in_order),
    st.from_regex(r"[\w.\-]+", fullmatch=True),
)


@given(ACCEPTANCES)
def test_what_is_written_is_read(accepted: Acceptance) -> None:
    assert acceptance_in(words_of(accepted)) == accepted


@given(ACCEPTANCES)
def test_what_is_over_is_still_known(accepted: Acceptance) -> None:
    assert acceptance_in(over(words_of(accepted))) == accepted
    assert over(over(words_of(accepted))) == over(words_of(accepted)) and over("fixed") == ""


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "no longer detected",
        "accepted by design: because; contract x",
        "accepted by design: generated; contract x; reopens on never",
    ],
)
def test_what_nobody_accepted_is_no_acceptance(cell: str) -> None:
    assert acceptance_in(cell) is None


def test_the_words_are_for_people_too() -> None:
    accepted = Acceptance(Reason.VERSION_ISOLATION, (Trigger.MEMBER, Trigger.VOID), "attention")
    words = "accepted by design: version-isolation; contract attention; reopens on member, void"
    assert words_of(accepted) == words
