"""The filter loses no pair above the threshold, whatever the forms and the threshold."""

from __future__ import annotations

import itertools
import random
from array import array
from collections import Counter
from collections.abc import Sequence, Set

from hypothesis import example, given
from hypothesis import strategies as st

from esper_lint.discovery.forms import Form, Signature, normal_form, signature
from esper_lint.matching.candidates import candidate_pairs
from esper_lint.matching.pairs import Measure, Pair, alike, compare, ordered
from esper_lint.matching.similarity import Alphabet, Comparable, needed_common
from tests.matching.forms import STREAMS, form, related_streams

# Few symbols make many common ones; that 2 ** 20 apart differ in high bits only makes some share a bit.
SYMBOLS = st.one_of(st.integers(1, 6), st.integers(0, 1 << 20).map(lambda number: number << 43 | 1 << 63))
BAGS = st.lists(SYMBOLS, max_size=30)


@st.composite
def families(draw: st.DrawFn) -> list[list[int]]:
    """Bags, several of them edits of one another."""
    bags = draw(st.lists(BAGS, min_size=1, max_size=6))
    for _ in range(draw(st.integers(0, 6))):
        bag = list(draw(st.sampled_from(bags)))
        at = draw(st.integers(0, len(bag)))
        bag[at : at + draw(st.integers(0, 4))] = draw(st.lists(SYMBOLS, max_size=4))
        bags.append(bag)
    return bags


def pairs(signatures: Sequence[Signature], threshold: int, fresh: Sequence[bool] | None = None) -> set[frozenset[int]]:
    found = list(candidate_pairs(signatures, threshold, fresh))
    assert len(found) == len({frozenset(pair) for pair in found}), "no pair comes twice"
    return {frozenset(pair) for pair in found}


def above(bags: Sequence[Sequence[int]], threshold: int) -> set[frozenset[int]]:
    """The pairs whose multisets have as much in common as the threshold asks for: more than any order could."""
    return {
        frozenset((i, j))
        for (i, one), (j, other) in itertools.combinations(enumerate(bags), 2)
        if (Counter(one) & Counter(other)).total() >= needed_common(threshold, len(one), len(other))
    }


@given(families(), st.integers(50, 100))
@example([[1] * 10, [1] * 8 + [2] * 2], 80)
@example([[], []], 50)
def test_law_no_pair_over_the_threshold_is_lost(bags: list[list[int]], threshold: int) -> None:
    signatures = [signature(array("Q", bag)) for bag in bags]
    assert pairs(signatures, threshold) >= above(bags, threshold)


def test_nothing_is_lost_where_bits_collide_a_lot() -> None:
    """Streams longer than a signature has bits, so that nearly every bit is set."""
    chance = random.Random(1)
    bags = []
    for size in (3_000, 6_000):
        bag = [chance.getrandbits(63) for _ in range(size)]
        for changed in range(0, 40, 5):
            bags.append([chance.getrandbits(63) if chance.randrange(100) < changed else symbol for symbol in bag])
    signatures = [signature(array("Q", bag)) for bag in bags]
    for threshold in (50, 70, 80, 95, 100):
        assert pairs(signatures, threshold) >= above(bags, threshold)


@given(families(), st.integers(50, 100), st.data())
def test_law_only_pairs_with_something_fresh_are_looked_at_again(
    bags: list[list[int]], threshold: int, data: st.DataObject
) -> None:
    signatures = [signature(array("Q", bag)) for bag in bags]
    fresh = data.draw(st.lists(st.booleans(), min_size=len(bags), max_size=len(bags)))
    whole = pairs(signatures, threshold)
    assert pairs(signatures, threshold, fresh) == {pair for pair in whole if any(fresh[index] for index in pair)}


FORMS = st.lists(st.one_of(related_streams(), st.tuples(STREAMS, STREAMS)), min_size=1, max_size=5).map(
    lambda found: [form(stream) for pair in found for stream in pair]
)
MEASURES = st.builds(Measure, st.integers(50, 100), st.integers(1, 8), st.integers(8, 20))


def compared(forms: Sequence[Form], measure: Measure, fresh: Set[str] | None = None) -> dict[Pair, int]:
    by_key = {one.key.exact: one for one in forms}
    sketches = {key: one.sketch for key, one in by_key.items()}
    return compare(sketches, lambda keys: {key: by_key[key] for key in keys}, measure, fresh)


@given(FORMS, MEASURES)
def test_law_the_comparison_equals_brute_force(forms: list[Form], measure: Measure) -> None:
    expected = {}
    alphabet = Alphabet()
    distinct = {one.key.exact: Comparable(one, alphabet) for one in forms}
    for (left, a), (right, b) in itertools.combinations(distinct.items(), 2):
        expected[ordered(left, right)] = alike(a, b, measure)
    assert compared(forms, measure) == {pair: length for pair, length in expected.items() if length}


@given(st.lists(related_streams(), min_size=1, max_size=3), st.integers(50, 100))
@example([(["A", "x", "y", "x", "B", "y", ".p"], ["A", "y", "x", "x", "B", "x", ".q"])], 50)
def test_law_copies_under_other_names_come_out_as_if_each_were_alone(
    families: list[tuple[list[str], list[str]]], threshold: int
) -> None:
    """What is kept of one copy serves the others, whatever the order in which they come."""
    streams = [stream for pair in families for stream in pair]
    copies = [[word if word[0].isupper() else f"{word}{suffix}" for word in one] for one in streams for suffix in "abc"]
    swapped = [[{"x": "y", "y": "x", ".p": ".q", ".q": ".p"}.get(word, word) for word in one] for one in streams]
    forms = {one.key.exact: one for one in map(form, [*streams, *copies, *swapped])}
    measure = Measure(threshold, 1, 1)
    alphabet = Alphabet()
    alone = {key: Comparable(one, alphabet) for key, one in forms.items()}
    expected = {
        ordered(left, right): alike(alone[left], alone[right], measure)
        for left, right in itertools.combinations(forms, 2)
    }
    assert compared(list(forms.values()), measure) == {pair: length for pair, length in expected.items() if length}


@given(FORMS, FORMS, MEASURES)
def test_law_a_comparison_of_fresh_forms_finds_the_pairs_with_one(
    old: list[Form], new: list[Form], measure: Measure
) -> None:
    whole = compared([*old, *new], measure)
    fresh = {one.key.exact for one in new}
    assert compared([*old, *new], measure, fresh) == {
        pair: length for pair, length in whole.items() if not fresh.isdisjoint(pair)
    }


def test_a_form_is_no_partner_of_itself() -> None:
    one = form("A B C D x y")
    assert compared([one, one], Measure(80, 1, 1)) == {}


def test_signatures_are_a_function_of_the_multiset() -> None:
    shuffled = [1, 1, 2, 3, 3, 3]
    random.Random(2).shuffle(shuffled)
    assert signature(array("Q", shuffled)) == signature(array("Q", [3, 2, 1, 3, 1, 3]))
    assert normal_form(array("Q", [6, 6]), [], []).signature.weight == 2
