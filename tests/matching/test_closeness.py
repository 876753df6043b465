"""Which alike pairs are close: those that more than their similarity speaks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.discovery.forms import Form
from esper_lint.findings import UnitKind
from esper_lint.matching.closeness import SMALL, close_pairs
from esper_lint.matching.pairs import Measure, Pair, compare
from esper_lint.matching.units import Unit
from tests.matching.reading_units import units_in
from tests.programs import BODIES, module
from tests.trees import BODY, CHANGED, seed

MEASURE = Measure(60, 8, 12)

CONVOLUTIONS = """\
    def __init__(self, dim):
        super().__init__()
        self.conv = nn.Conv2d(dim, 4 * dim, kernel_size=3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4 * dim)
        self.act = nn.ReLU(inplace=True)
"""
PROJECTIONS = """\
    def __init__(self, config, depth):
        super().__init__()
        widths = [config.width << level for level in range(depth)]
        self.steps = nn.ModuleList(nn.Linear(width, width) for width in widths)
        self.reset_parameters()
"""
# Two residual lines and a scaled one, under SMALL with either end.
RESIDUAL = """\
        x = x + self.drop(self.mix(self.norm(x)))
        return x + self.drop(self.mlp(self.norm(x)))
"""
SCALED = RESIDUAL.replace("self.mlp(", "self.gate * self.mlp(")
LONGER = BODY.replace("        return", "        y = torch.clamp(self.drop(y), -1, 1)\n        return")


def compared(
    sources: Sequence[str], kind: UnitKind = UnitKind.FORWARD
) -> tuple[list[Unit], dict[str, Form], dict[Pair, int]]:
    """The units of some files, their forms, and the common length of every alike pair."""
    units, forms = units_in(sources, kind, MEASURE.min_size)
    sketches = {unit.key.exact: forms[unit.key.exact].sketch for unit in units}
    return units, forms, compare(sketches, lambda keys: {key: forms[key] for key in keys}, MEASURE)


def found(sources: Sequence[str], threshold: int = 86, kind: UnitKind = UnitKind.FORWARD) -> tuple[int, int]:
    """How many pairs are alike, and how many of them are close."""
    units, forms, common = compared(sources, kind)
    return len(common), len(close(units, forms, common, threshold))


def close(units: Sequence[Unit], forms: Mapping[str, Form], common: Mapping[Pair, int], threshold: int) -> set[Pair]:
    return close_pairs(units, common, threshold, lambda keys: {key: forms[key] for key in keys})


def test_a_pair_over_the_stricter_threshold_is_close() -> None:
    sources = [seed("A"), seed("B", body=CHANGED)]
    assert found(sources, 86) == (1, 1)
    assert found(sources, 99) == (1, 0)


def test_the_threshold_is_met_exactly() -> None:
    units, forms, common = compared([seed("A"), seed("B", body=CHANGED)])
    ((pair, length),) = common.items()
    whole = sum(forms[key].key.size for key in pair)
    exact = -(-200 * length // whole)
    assert [bool(close(units, forms, common, at)) for at in (200 * length // whole, exact + 1)] == [True, False]


def test_a_forward_that_is_another_with_something_added_is_close_whatever_the_threshold() -> None:
    assert found([seed("A"), seed("B", body=LONGER)], 100) == (1, 1)
    assert found([seed("A"), seed("B", body=LONGER)], 100, UnitKind.CLASS) == (1, 0)


def test_what_is_equal_after_renaming_is_close_whatever_the_threshold() -> None:
    other = BODY.replace("dim=-1", "dim=-2").replace("y", "z")
    assert found([seed("A"), seed("B", body=other)], 100) == (1, 1)


@pytest.mark.parametrize(("other", "expected"), [(CONVOLUTIONS, 1), (PROJECTIONS, 0)])
def test_small_forwards_are_close_if_their_classes_are_no_strangers(other: str, expected: int) -> None:
    sources = [seed("A", init=CONVOLUTIONS, body=RESIDUAL), seed("B", init=other, body=SCALED)]
    units, *_ = compared(sources)
    assert max(unit.key.own for unit in units) < SMALL
    assert found(sources) == (1, expected)


def test_one_familiar_pair_of_classes_is_enough() -> None:
    strangers = [seed("A", init=CONVOLUTIONS, body=RESIDUAL), seed("B", init=PROJECTIONS, body=SCALED)]
    assert found([*strangers, seed("C", init=PROJECTIONS, body=RESIDUAL)]) == (1, 1)


def test_large_forwards_need_no_word_of_their_classes() -> None:
    sources = [seed("A", init=CONVOLUTIONS), seed("B", init=PROJECTIONS, body=LONGER)]
    assert found(sources) == (1, 1)


def test_of_whole_classes_similarity_decides_alone() -> None:
    sources = [seed("A", init=PROJECTIONS, body=RESIDUAL), seed("B", init=PROJECTIONS, body=SCALED)]
    assert found(sources, 86, UnitKind.CLASS) == (1, 1)
    assert found(sources, 100, UnitKind.CLASS) == (1, 0)


def guarded(first: str, second: str) -> str:
    """Both classes in one file, in opposite branches of one guard."""
    head, _, body = first.partition("\n\n\n")
    other = second.partition("\n\n\n")[2]
    indented = ["".join(f"    {line}\n" if line else "\n" for line in text.splitlines()) for text in (body, other)]
    return f"{head}\nif HAS_FLASH:\n{indented[0]}else:\n{indented[1]}"


def test_opposite_branches_of_a_guard_are_close_whatever_the_threshold() -> None:
    classes = seed("A"), seed("B", body=CHANGED)
    assert found(classes, 100) == (1, 0)
    assert found([guarded(*classes)], 100) == (1, 1)
    small = seed("A", init=CONVOLUTIONS, body=RESIDUAL), seed("B", init=PROJECTIONS, body=SCALED)
    assert found([guarded(*small)]) == (1, 1)


@given(st.lists(BODIES, min_size=2, max_size=4), st.integers(50, 99), st.randoms(use_true_random=False))
def test_law_at_a_stricter_threshold_fewer_are_close_and_order_does_not_matter(
    bodies: list[str], threshold: int, random: Random
) -> None:
    edited = [f"{body}\nvc = f(va)" for body in bodies]
    units, forms, common = compared([module(body) for body in [*bodies, *edited]])
    here = close(units, forms, common, threshold)
    assert here <= common.keys()
    assert close(units, forms, common, threshold + 1) <= here
    shuffled = [*common.items()]
    random.shuffle(shuffled)
    random.shuffle(units)
    assert close(units, forms, dict(shuffled), threshold) == here
    for left, right in combinations(sorted(forms), 2):
        if (left, right) in common and forms[left].key.renamed == forms[right].key.renamed:
            assert (left, right) in here
