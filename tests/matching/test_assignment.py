"""The best one-to-one pairing of names, against every pairing there is."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.matching.assignment import best_pairing_weight

Weights = Mapping[tuple[str, str], int]

WEIGHTS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), st.integers(1, 12), max_size=20
)


def brute_force(weights: Weights) -> int:
    rows = sorted({left for left, _ in weights})
    columns = sorted({right for _, right in weights})
    columns += [f"none {number}" for number in range(len(rows) - len(columns))]
    return max(
        sum(weights.get(pair, 0) for pair in zip(rows, chosen, strict=True))
        for chosen in itertools.permutations(columns, len(rows))
    )


@given(WEIGHTS)
def test_law_it_is_the_best_of_all_pairings(weights: Weights) -> None:
    assert best_pairing_weight(weights) == (brute_force(weights) if weights else 0)


@given(WEIGHTS)
def test_law_the_sides_may_be_exchanged(weights: Weights) -> None:
    assert best_pairing_weight(weights) == best_pairing_weight({(b, a): one for (a, b), one in weights.items()})


@given(WEIGHTS, st.integers(1, 1_000))
def test_law_it_scales(weights: Weights, factor: int) -> None:
    scaled = {pair: factor * weight for pair, weight in weights.items()}
    assert best_pairing_weight(scaled) == factor * best_pairing_weight(weights)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({}, 0),
        ({("a", "x"): 3}, 3),
        ({("a", "x"): 3, ("b", "x"): 2}, 3),
        ({("a", "x"): 3, ("a", "y"): 2, ("b", "x"): 2}, 4),
        ({("a", "x"): 5, ("a", "y"): 2, ("b", "x"): 2}, 5),
        # The same name on both sides is two names.
        ({("x", "y"): 1, ("y", "x"): 1}, 2),
        # Equally good edges that contest each other everywhere.
        ({(a, b): 1 for a in "abcd" for b in "wxyz"}, 4),
    ],
)
def test_examples(weights: Weights, expected: int) -> None:
    assert best_pairing_weight(weights) == expected
