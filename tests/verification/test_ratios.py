"""A ratio of times is told beside what chance alone does, and chance is not taken for a change."""

from __future__ import annotations

import random
from collections.abc import Callable
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.verification.ratios import Ratio, Repetition, ratio_of

times = st.floats(0.5, 2)


def test_one_repetition_in_eight_may_be_disturbed() -> None:
    quiet, disturbed = Repetition(1.0, 1.0, 1.0), Repetition(1.0, 1.0, 1.5)
    assert ratio_of([quiet] * 6 + [disturbed]) == Ratio(1.0, 0.5)
    assert ratio_of([quiet] * 7 + [disturbed]) == Ratio(1.0, 0.0)
    assert ratio_of([quiet] * 14 + [disturbed] * 2) == Ratio(1.0, 0.0)
    with pytest.raises(ValueError, match="no median"):
        ratio_of([])


@given(st.lists(st.builds(Repetition, times, times, times), min_size=1, max_size=20), st.floats(0.1, 10))
def test_neither_the_unit_nor_which_of_the_originals_is_first_counts(found: list[Repetition], unit: float) -> None:
    expected = ratio_of(found)
    assert ratio_of([Repetition(again, new, old) for old, new, again in found]) == expected
    scaled = ratio_of([Repetition(*(one * unit for one in repetition)) for repetition in found])
    assert scaled == pytest.approx(expected)


@given(st.lists(st.builds(Repetition, times, times, times), min_size=1, max_size=20))
def test_the_floor_is_none_of_the_new_versions_doing(found: list[Repetition]) -> None:
    ratio, floor = ratio_of(found)
    assert ratio_of([one._replace(new=3 * one.new) for one in found]) == pytest.approx((3 * ratio, floor))
    assert floor >= median(max(one.old, one.again) / min(one.old, one.again) - 1 for one in found) - 1e-12


@pytest.mark.parametrize(("repetitions", "at_most"), [(7, 1 / 200), (16, 1 / 1_000)])
@pytest.mark.parametrize(
    "disturbance",
    [
        lambda chance: abs(chance.gauss(0, 0.01)),
        lambda chance: chance.expovariate(100),
        lambda chance: 0.03 * (chance.random() < 0.3),  # lies badly, or does not
    ],
)
def test_code_that_did_not_change_is_hardly_ever_above_the_floor(
    repetitions: int, at_most: float, disturbance: Callable[[random.Random], float]
) -> None:
    chance = random.Random(0)
    measured, above = 5_000, 0
    for _ in range(measured):
        drawn = [Repetition(*(1 + disturbance(chance) for _ in range(3))) for _ in range(repetitions)]
        ratio, floor = ratio_of(drawn)
        above += ratio > 1 + max(floor, 1e-9)
    assert above / measured < at_most
