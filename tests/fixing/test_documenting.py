"""The line that says whose a helper or a base is: it fits, and names as many classes as it can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.fixing.documenting import document


@pytest.mark.parametrize(
    ("names", "room", "text"),
    [
        (["A", "B"], 80, "End of the forward of A and B."),
        (["A", "B", "C", "D"], 80, "End of the forward of A, B, C and D."),
        (["A", "B", "C", "D", "E"], 80, "End of the forward of A, B, C and 2 more."),
        (["A", "B", "A"], 80, "End of the forward of A and B."),
        (["A", "A"], 80, "End of the forward of the 2 classes A."),
        (["Attention", "Fallback"], 38, "Shared end of Attention and Fallback."),
        (["Attention", "FlexFallback", "Flexible"], 43, "End of the forward of Attention and 2 more."),
        (["Attention" * 3, "Fallback"], 30, "End of the forward of 2 classes."),
    ],
)
def test_names_are_left_out_where_they_do_not_fit(names: list[str], room: int, text: str) -> None:
    assert document(names, room, "End of the forward of", "Shared end of") == text


def test_of_a_base_nothing_else_can_be_said() -> None:
    assert document(["A", "B"], 80) == "Shared by A and B."


@given(st.lists(st.text("AB", min_size=1, max_size=30), min_size=2, max_size=9), st.integers(40, 120))
def test_a_line_fits_and_is_a_sentence(names: list[str], room: int) -> None:
    found = document(names, room)
    assert len(found) <= room and found.startswith("Shared by ") and found.endswith(".")
