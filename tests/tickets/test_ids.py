"""Ids: a scheme is checked once, and every id that it makes is free and follows the last one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.tickets.ids import Ids, problem_with, problem_with_word

FIELDS = {"batch": "3", "agent": "PT", "rule": "ESP103"}


@pytest.mark.parametrize(
    ("scheme", "taken", "made"),
    [
        ("B{batch}-{agent}-{number:02}", [], "B3-PT-01"),
        ("B{batch}-{agent}-{number:02}", ["B3-PT-08", "B3-DRL-25", "B4-PT-90", "x"], "B3-PT-09"),
        ("B{batch}-{agent}-{number:02}", ["b3-pt-7"], "B3-PT-08"),
        ("B{batch}-{agent}-{number:02}", ["B3-PT-99"], "B3-PT-100"),
        ("{rule}.{number}", ["ESP103.4"], "ESP103.5"),
        ("F-{number}", ["F-1"], "F-2"),
        ("{number}-x", [], "1-x"),
        ("T{number:04}", ["T9", "T10"], "T0011"),
    ],
)
def test_the_number_is_the_next_after_the_highest_of_the_same_fields(scheme: str, taken: list[str], made: str) -> None:
    assert Ids(scheme, taken).next(FIELDS) == made


@pytest.mark.parametrize(
    ("scheme", "problem"),
    [
        ("B{batch}", "has {number} in it, once"),
        ("{number}{number}", "has {number} in it, once"),
        ("{nubmer}", "no such field 'nubmer'"),
        ("{number.__class__}", "no such field"),
        ("{number!r}", "only a number can be given a form"),
        ("{number:>40}", "only a number can be given a form"),
        ("{batch:02}-{number}", "only a number can be given a form"),
        ("../{number}", "letters, digits"),
        ("{number", "is no scheme"),
        ("_{number}", "begins and ends with a letter or a digit"),
        ("-{number}", "begins and ends with a letter or a digit"),
        (".{rule}-{number}", "begins and ends with a letter or a digit"),
        ("{number}.", "begins and ends with a letter or a digit"),
        ("", "begins and ends with a letter or a digit"),
    ],
)
def test_a_scheme_that_makes_no_ids_is_told_so(scheme: str, problem: str) -> None:
    assert problem in (problem_with(scheme) or "")


def test_words_of_an_id_hold_nothing_that_a_file_name_could_not() -> None:
    assert problem_with_word("PT") is None
    assert problem_with_word("../x") and problem_with_word("")


@given(
    st.sampled_from(["B{batch}-{agent}-{number:02}", "{number}", "{rule}-{number:03}.{batch}"]),
    st.lists(
        st.fixed_dictionaries(
            {
                "batch": st.sampled_from(["1", "2"]),
                "agent": st.sampled_from(["PT", "CR"]),
                "rule": st.sampled_from(["ESP101", "ESP104"]),
            }
        ),
        max_size=30,
    ),
)
def test_no_id_is_ever_made_twice(scheme: str, asked: list[Mapping[str, str]]) -> None:
    assert problem_with(scheme) is None
    ids = Ids(scheme, [])
    made = [ids.next(fields) for fields in asked]
    assert len({one.upper() for one in made}) == len(made)
    again = Ids(scheme, made)
    assert not {again.next(fields) for fields in asked} & set(made)
