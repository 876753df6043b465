"""The partition: nobody who has a partner is left alone, nothing is chained, and nothing depends on order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.matching.grouping import clusters
from esper_lint.matching.pairs import Pair, ordered

KEYS = [f"k{number:02}" for number in range(14)]
PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(80, 99),
    max_size=40,
)
SIZES = dict.fromkeys(KEYS, 100)
COUNTS = st.fixed_dictionaries({key: st.integers(1, 3) for key in KEYS})
ONE_EACH = dict.fromkeys(KEYS, 1)


def partition(pairs: Mapping[Pair, int], counts: Mapping[str, int] = ONE_EACH) -> list[list[str]]:
    return clusters(SIZES, counts, pairs)


def linked(*pairs: str) -> dict[Pair, int]:
    """``"a b 90"`` -> the pair of a and b with 90 of 100 symbols in common."""
    found = {}
    for text in pairs:
        left, right, length = text.split()
        found[ordered(f"k{left:>02}", f"k{right:>02}")] = int(length)
    return found


def names(*found: str) -> list[list[str]]:
    return [[f"k{number:>02}" for number in cluster.split()] for cluster in found]


@given(PAIRS, COUNTS)
def test_law_it_is_a_partition_of_the_forms_with_a_partner(pairs: dict[Pair, int], counts: dict[str, int]) -> None:
    found = partition(pairs, counts)
    assert sorted(itertools.chain(*found)) == sorted({key for pair in pairs for key in pair})
    assert found == sorted(sorted(cluster) for cluster in found)


@given(PAIRS, COUNTS)
def test_law_every_form_with_a_partner_is_in_a_cluster_of_two_units(
    pairs: dict[Pair, int], counts: dict[str, int]
) -> None:
    for cluster in partition(pairs, counts):
        assert sum(counts[key] for key in cluster) >= 2


@given(PAIRS, COUNTS)
def test_law_nobody_is_in_a_cluster_of_strangers(pairs: dict[Pair, int], counts: dict[str, int]) -> None:
    for cluster in partition(pairs, counts):
        for key in cluster:
            assert len(cluster) == 1 or any(ordered(key, other) in pairs for other in cluster if other != key)


@given(PAIRS, COUNTS, st.randoms(use_true_random=False))
def test_law_order_does_not_matter(pairs: dict[Pair, int], counts: dict[str, int], random: Random) -> None:
    shuffled = list(pairs.items())
    random.shuffle(shuffled)
    assert partition(dict(shuffled), counts) == partition(pairs, counts)


@given(PAIRS)
def test_law_forms_that_are_all_alike_to_each_other_and_nobody_else_are_one_cluster(pairs: dict[Pair, int]) -> None:
    cliques = {pair: 90 for clique in (KEYS[:4], KEYS[4:7]) for pair in itertools.combinations(clique, 2)}
    outside = {pair: length for pair, length in pairs.items() if pair[0] >= KEYS[7]}
    assert partition(cliques | outside)[:2] == [KEYS[:4], KEYS[4:7]]


@pytest.mark.parametrize("length", [3, 5, 10, 14])
def test_a_chain_is_cut(length: int) -> None:
    chain = {(KEYS[at], KEYS[at + 1]): 90 for at in range(length - 1)}
    for cluster in partition(chain):
        assert len(cluster) <= 3
        alike = sum(pair in chain for pair in itertools.combinations(cluster, 2))
        assert 2 * alike >= len(cluster) * (len(cluster) - 1) / 2


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], []),
        (["1 2 90"], ["1 2"]),
        (["1 2 90", "3 4 90"], ["1 2", "3 4"]),
        (["1 2 90", "2 3 90", "1 3 90"], ["1 2 3"]),
        # The nearest first: 2 goes with 3, and takes 1 in, since 1 has nobody else and is alike to half of them.
        (["1 2 85", "2 3 95"], ["1 2 3"]),
        # Two pairs, of which one of each is alike to one of the other, stay two.
        (["1 2 95", "3 4 95", "2 3 85"], ["1 2", "3 4"]),
        # All are alike to 4 and not to each other.
        (["1 4 85", "2 4 85", "3 4 85"], ["1 2 3 4"]),
        # 4 is alike to 1 only, a third of the cluster: it takes 1 out of it, which two others can spare.
        (["1 2 95", "1 3 95", "2 3 95", "1 4 85"], ["1 4", "2 3"]),
    ],
)
def test_examples(pairs: list[str], expected: list[str]) -> None:
    assert partition(linked(*pairs)) == names(*expected)


def test_a_form_of_many_units_weighs_as_many() -> None:
    """5 is alike to 1, which stands for most of the cluster's units, and so joins it."""
    pairs = linked("1 2 95", "1 3 95", "2 3 95", "1 5 85")
    assert partition(pairs, ONE_EACH | {"k01": 5}) == names("1 2 3 5")


def test_similarity_decides_and_not_the_common_length() -> None:
    sizes = SIZES | {"k01": 200, "k02": 200}
    # 1-2 has more in common, yet 2-3, smaller, is more alike.
    pairs = {("k01", "k02"): 165, ("k02", "k03"): 145, ("k03", "k04"): 90}
    assert clusters(sizes, ONE_EACH, pairs) == names("1 2", "3 4")
