"""The laws of the one similarity function."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esper_lint.discovery.forms import Form
from esper_lint.matching.pairs import Measure, alike
from esper_lint.matching.similarity import Alphabet, Comparable, common, needed_common, similarity
from tests.matching.forms import STREAMS, form, related_streams

EITHER = st.one_of(related_streams(), st.tuples(STREAMS, STREAMS))


def comparables(one: Form, other: Form) -> tuple[Comparable, Comparable]:
    alphabet = Alphabet()
    return Comparable(one, alphabet), Comparable(other, alphabet)


def measured(one: Sequence[str] | str, other: Sequence[str] | str, *, rename_attributes: bool = True) -> int:
    return common(*comparables(form(one), form(other)), rename_attributes=rename_attributes)


def longest(one: Sequence[object], other: Sequence[object]) -> int:
    """The length of the longest common subsequence, by the textbook."""
    row = [0] * (len(other) + 1)
    for left in one:
        previous = row
        row = [0]
        for at, right in enumerate(other):
            row.append(previous[at] + 1 if left == right else max(previous[at + 1], row[at]))
    return row[-1]


def blind(stream: Sequence[str]) -> list[str]:
    return [
        "local" if word.islower() and word[0] != "." else "attribute" if word[0] == "." else word for word in stream
    ]


def substituted(stream: Sequence[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(word, word) for word in stream]


@given(EITHER)
def test_law_it_is_symmetric(streams: tuple[list[str], list[str]]) -> None:
    one, other = streams
    assert measured(one, other) == measured(other, one)
    assert measured(one, other, rename_attributes=False) == measured(other, one, rename_attributes=False)


@given(EITHER)
def test_law_it_lies_between_the_spelled_and_the_blind_subsequence(streams: tuple[list[str], list[str]]) -> None:
    one, other = streams
    assert longest(one, other) <= measured(one, other) <= longest(blind(one), blind(other))
    assert measured(one, other, rename_attributes=False) <= longest(blind(one), blind(other))


@given(STREAMS)
def test_law_equal_streams_are_wholly_common(stream: list[str]) -> None:
    assert measured(stream, stream) == len(stream)


@given(STREAMS, st.permutations(["x", "y", "z"]), st.permutations([".p", ".q", ".r"]))
def test_law_a_consistent_renaming_costs_nothing(stream: list[str], names: list[str], attributes: list[str]) -> None:
    new = dict(zip(["x", "y", "z", ".p", ".q", ".r"], [*names, *attributes], strict=True))
    assert measured(stream, substituted(stream, new)) == len(stream)


@given(EITHER, st.permutations(["x", "y", "z"]), st.permutations([".p", ".q", ".r"]))
def test_law_a_consistent_renaming_of_one_side_loses_nothing_but_ties(
    streams: tuple[list[str], list[str]], names: list[str], attributes: list[str]
) -> None:
    """Which of several longest subsequences is judged may depend on spelling; that it is longest never does."""
    one, other = streams
    new = dict(zip(["x", "y", "z", ".p", ".q", ".r"], [*names, *attributes], strict=True))
    again = measured(one, substituted(other, new))
    assert again <= longest(blind(one), blind(other))
    assert again >= longest(one, substituted(other, new))


@given(st.lists(st.sampled_from(["A", "x", "y", ".p", ".q"]), max_size=14), st.data())
def test_law_an_inconsistent_renaming_costs_what_the_best_pairing_leaves(
    stream: list[str], data: st.DataObject
) -> None:
    """Of streams that are blindly equal in one way only, against every one-to-one pairing."""
    tagged = [part for at, word in enumerate(stream) for part in (f"T{at}", word)]
    other = [
        data.draw(st.sampled_from([".p", ".q"] if word[0] == "." else ["x", "y"])) if word.islower() else word
        for word in tagged
    ]
    best = 0
    for names, attributes in itertools.product(itertools.permutations("xy"), itertools.permutations([".p", ".q"])):
        new = dict(zip(["x", "y", ".p", ".q"], [*names, *attributes], strict=True))
        best = max(best, sum(a == b for a, b in zip(substituted(tagged, new), other, strict=True)))
    assert measured(tagged, other) == best


@given(EITHER, st.integers(0, 60))
def test_law_below_what_is_needed_it_is_zero(streams: tuple[list[str], list[str]], needed: int) -> None:
    whole = measured(*streams)
    left, right = comparables(form(streams[0]), form(streams[1]))
    assert common(left, right, needed) == (whole if whole >= needed else 0)


@given(EITHER)
def test_law_only_the_streams_count_and_not_what_the_alphabet_has_seen(streams: tuple[list[str], list[str]]) -> None:
    alphabet = Alphabet()
    alphabet.encode(["B", "y", 7, ".r"])
    left, right = (Comparable(form(stream), alphabet) for stream in streams)
    assert common(left, right) == measured(*streams)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("A", "", 0),
        ("A B C", "A C", 2),
        ("A x B x", "A y B y", 4),
        ("A x B x", "A y B z", 3),
        ("A x B y", "A y B y", 3),  # two names may not become one
        ("A .p B .q", "A .q B .p", 4),
        ("A .p B .p", "A .p B .q", 3),
        ("A x", "A .x", 1),  # a local is no attribute
        ("A x B y C x", "A y B x C y", 6),
        ("A x B y C x D", "A x B y C y D", 6),
        # An insertion renumbers nothing.
        ("A x B y C x", "N z A x B y C x", 6),
    ],
)
def test_examples(one: str, other: str, expected: int) -> None:
    assert measured(one, other) == expected


def test_attributes_may_be_held_to_their_spelling() -> None:
    assert measured("A .p B .p", "A .q B .q", rename_attributes=False) == 2
    assert measured("A x B x", "A y B y", rename_attributes=False) == 4


def test_the_best_of_two_alignments_counts() -> None:
    """The blind subsequence is the longer one here, and its names contradict each other."""
    assert measured("x A y B", "y B x A y B") >= longest(["x", "A", "y", "B"], ["y", "B", "x", "A", "y", "B"]) == 4


@given(st.integers(50, 100), st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 5_000))
def test_law_the_threshold_is_decided_on_integers(threshold: int, a: int, b: int, length: int) -> None:
    assert (length >= needed_common(threshold, a, b)) == (2 * length * 100 >= threshold * (a + b))


def test_a_pair_exactly_on_the_threshold_is_alike() -> None:
    measure = Measure(80, 4, 4)
    ten = [f"A{number}" for number in range(10)]
    on = comparables(form(ten), form([*ten[:8], "X", "Y"]))
    below = comparables(form(ten), form([*ten[:8], "X", "Y", "Z"]))
    assert (alike(*on, measure), alike(*below, measure)) == (8, 0)
    # 0.7 and the like are no exact floats: 2 * 7 / 20 >= 0.7 holds only in integers for all such sizes.
    for size in range(10, 400, 10):
        stream = [f"A{number}" for number in range(size)]
        kept = size * 7 // 10
        pair = comparables(form(stream), form([*stream[:kept], *("X" for _ in range(size - kept))]))
        assert alike(*pair, Measure(70, 4, 4)) == kept


def test_small_forms_are_held_to_their_spelling_and_smaller_ones_are_not_compared() -> None:
    renamed = comparables(form("A .p B .p C .q"), form("A .r B .r C .s"))
    assert alike(*renamed, Measure(80, 6, 6)) == 6
    assert alike(*renamed, Measure(80, 6, 7)) == 0
    assert alike(*renamed, Measure(80, 7, 7)) == 0
    locals_only = comparables(form("A x B x C y"), form("A y B y C x"))
    assert alike(*locals_only, Measure(80, 6, 7)) == 6


def test_similarity_is_for_display() -> None:
    assert similarity(8, 10, 10) == 0.8
    assert similarity(0, 0, 0) == 1.0


def test_an_alphabet_skips_the_surrogates_and_ends_with_unicode() -> None:
    alphabet = Alphabet()
    text = alphabet.encode(list(range(0xD900)))
    assert len(set(text)) == 0xD900
    assert not any(0xD800 <= ord(character) < 0xE000 for character in text)
    assert alphabet.encode(list(range(0xD900))) == text
    with pytest.raises(MemoryError):
        alphabet.encode(list(range(1_200_000)))


@given(EITHER, st.lists(st.integers(0, 40), min_size=2, max_size=3))
@example((["a", "a", "b", "b", "d", "d", "d", "d"], ["y", "y", "y", "y", "u", "u", "v", "v"]), [7, 4])
def test_law_what_was_counted_for_a_copy_is_counted_on_where_more_is_asked(
    streams: tuple[list[str], list[str]], asked: list[int]
) -> None:
    """A pair that needs much is given up early; the next of its shape may need less."""
    one, other = map(form, streams)
    alphabet = Alphabet()
    repeated = Comparable(one, alphabet, is_repeated=True), Comparable(other, alphabet)
    for needed in asked:
        assert common(*repeated, needed) == common(*comparables(one, other), needed)
