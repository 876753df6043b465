"""Units -> clusters, their similarities, and the near links between them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from esper_lint.discovery.forms import Form
from esper_lint.findings import UnitKind
from esper_lint.matching.clustering import Clustering, cluster, measured
from esper_lint.matching.pairs import Load, Measure, Pair, compare
from esper_lint.matching.units import Unit
from tests.matching.reading_units import units_in
from tests.programs import BODIES, module
from tests.trees import BODY, seed

MEASURE = Measure(80, 8, 12)


def clustered(
    sources: Sequence[str],
    kind: UnitKind = UnitKind.FORWARD,
    measure: Measure = MEASURE,
) -> Clustering:
    """Each source is a file, ``00.py`` and so on."""
    units, forms = units_in(sources, kind, measure.min_size)
    common = pairs(units, forms, measure)
    clustering = cluster(units, common)
    return measured(clustering, clustering.clusters, load_from(forms), measure)


def pairs(units: Sequence[Unit], forms: Mapping[str, Form], measure: Measure) -> dict[Pair, int]:
    sketches = {unit.key.exact: forms[unit.key.exact].sketch for unit in units}
    return compare(sketches, load_from(forms), measure)


def load_from(forms: Mapping[str, Form]) -> Load:
    return lambda keys: {key: forms[key] for key in keys}


def members(found: Clustering) -> list[list[str]]:
    return [[unit.path for unit in units] for units in found.clusters]


STEPS = [f"        x = self.layer(x, {step})\n" for step in "abcdefghijklmnop"]


def of_steps(*which: range | list[int]) -> list[str]:
    return [seed(body="".join(STEPS[at] for at in steps) + "        return x\n") for steps in which]


def test_equal_units_are_a_cluster_without_any_pair() -> None:
    found = clustered([seed("A"), seed("B"), seed("C")])
    assert members(found) == [["00.py", "01.py", "02.py"]]
    assert found.similarities == {} and found.near == {}
    (units,) = found.clusters
    assert found.worst(units) == found.similarity(units[0], units[2]) == 1.0


def test_a_unit_without_a_partner_is_in_none() -> None:
    other = seed("B", body="        return torch.stack([self.a(y) for y in x.unbind(1) if y.any()], dim=1).mean(1)\n")
    assert members(clustered([seed("A"), other])) == []


def test_units_under_the_minimal_size_are_not_compared() -> None:
    small = [seed(name, body="        return self.a(x)\n") for name in "AB"]
    assert members(clustered(small)) == []
    assert members(clustered(small, measure=Measure(80, 4, 4))) == [["00.py", "01.py"]]


def test_class_units_hold_the_constructor_too() -> None:
    init = "    def __init__(self, dim):\n        super().__init__()\n        self.a = nn.Linear(dim, dim)\n"
    short = "        return self.a(x)\n"
    sources = [seed("A", init=init, body=short), seed("B", init=init, body=short), seed("C", body=short)]
    assert members(clustered(sources)) == []
    assert members(clustered(sources, UnitKind.CLASS)) == [["00.py", "01.py"]]


def test_what_is_alike_across_clusters_is_near() -> None:
    # Windows over a row of steps: each is alike to its neighbour, and the one after the next is too far.
    found = clustered(of_steps(*(range(at, at + 10) for at in range(0, 5))), measure=Measure(88, 8, 12))
    where = {unit.path: number for number, units in enumerate(found.clusters) for unit in units}
    links = {
        (unit.path, other.path)
        for units in found.clusters
        for unit in units
        for key in found.near.get(unit.key.exact, ())
        for other in found.by_form[key]
    }
    assert len(found.clusters) == 2 and len(where) == 5
    assert links and all(where[left] != where[right] for left, right in links)
    assert links == {(right, left) for left, right in links}


def test_members_that_are_not_alike_are_no_nearer_than_they_would_have_to_be() -> None:
    """Held to their spelling, as bodies of their size are, the outer two are alike to the middle one alone."""
    names = ("abcdefgh", "abcdefxx", "abcdvwxx")
    sources = [seed(body="".join(f"        x = self.{name}(x)\n" for name in row)) for row in names]
    found = clustered(sources, measure=Measure(94, 8, 12, 8, 128))
    (units,) = found.clusters
    nearer = found.similarity(units[0], units[1]), found.similarity(units[1], units[2])
    assert found.worst(units) == found.similarity(units[0], units[2]) < 0.94 < min(nearer)


@given(st.lists(BODIES, min_size=1, max_size=4), st.integers(50, 95))
def test_law_every_pair_over_the_threshold_is_in_one_cluster_or_near(bodies: list[str], threshold: int) -> None:
    edited = [f"{body}\nvc = f(va)" for body in bodies] + [f"vb = self.pa(1)\n{body}" for body in bodies]
    found = clustered([module(body) for body in [*bodies, *edited]], measure=Measure(threshold, 4, 4))
    where = {id(unit): number for number, units in enumerate(found.clusters) for unit in units}
    every: list[Unit] = list(itertools.chain(*found.by_form.values()))
    assert len(where) == sum(len(units) for units in found.clusters)
    for left, right in (pair for pair, value in found.similarities.items() if 100 * value >= threshold - 1e-9):
        for a, b in itertools.product(found.by_form[left], found.by_form[right]):
            is_near = right in found.near.get(left, ()) and left in found.near.get(right, ())
            assert (where[id(a)] == where[id(b)]) != is_near
    for a, b in itertools.combinations(every, 2):
        if a.key.exact == b.key.exact:
            assert where[id(a)] == where[id(b)]
    for units in found.clusters:
        assert len(units) >= 2
        assert list(units) == sorted(units, key=lambda unit: unit.place)
        assert found.worst(units) == min(found.similarity(a, b) for a, b in itertools.combinations(units, 2))


def test_where_units_stand_does_not_matter() -> None:
    sources = [
        *of_steps(range(0, 10), range(1, 11), range(2, 12), range(4, 14)),
        seed("A"),
        seed("B", body=BODY.replace("y", "z")),
    ]
    expected = [{sources[int(path[:2])] for path in cluster} for cluster in members(clustered(sources))]
    turned = [*reversed(sources)]
    found = [{turned[int(path[:2])] for path in cluster} for cluster in members(clustered(turned))]
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))
