"""The units of one kind -> their clusters, with the similarity of every pair inside and the near links across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from esper_lint.discovery.forms import Signature
from esper_lint.matching.grouping import clusters
from esper_lint.matching.pairs import Compared, Load, Measure, Pair, common_lengths, compare, ordered
from esper_lint.matching.similarity import similarity
from esper_lint.matching.units import Unit


@dataclass(frozen=True, slots=True)
class Clustering:
    """Clusters of units, each in path order; the similarities of forms; and for each form its alike forms elsewhere."""

    clusters: tuple[tuple[Unit, ...], ...]
    similarities: Mapping[Pair, float]
    near: Mapping[str, Sequence[str]]
    by_form: Mapping[str, Sequence[Unit]]
    compared: Compared

    def similarity(self, a: Unit, b: Unit) -> float:
        """The similarity of two units that are in one cluster or near."""
        left, right = a.key.exact, b.key.exact
        return 1.0 if left == right else self.similarities[ordered(left, right)]

    def worst(self, units: Sequence[Unit]) -> float:
        """The similarity of the least alike pair of a cluster."""
        keys = sorted({unit.key.exact for unit in units})
        return min((self.similarities[pair] for pair in combinations(keys, 2)), default=1.0)


def cluster(
    units: Sequence[Unit],
    signatures: Mapping[str, Signature],
    load: Load,
    measure: Measure,
    earlier: Compared | None,
    jobs: int = 1,
) -> Clustering:
    """Partition the units that have a partner; ``signatures`` and ``load`` give the forms by exact key."""
    by_form: dict[str, list[Unit]] = {}
    for unit in units:
        by_form.setdefault(unit.key.exact, []).append(unit)
    renamed = {key: found[0].key.renamed for key, found in by_form.items()}
    compared = compare({key: signatures[key] for key in by_form}, renamed, load, measure, earlier, jobs)
    sizes = {key: found[0].key.size for key, found in by_form.items()}
    counts = {key: len(found) for key, found in by_form.items()}
    partition = clusters(sizes, counts, compared.common)
    clustered = {key for keys in partition for key in keys}
    partition += [[key] for key, found in by_form.items() if len(found) > 1 and key not in clustered]
    inside = {pair for keys in partition for pair in combinations(sorted(keys), 2)}
    lengths = {**common_lengths(inside - compared.common.keys(), load), **compared.common}
    near: dict[str, list[str]] = {}
    for left, right in sorted(compared.common.keys() - inside):
        near.setdefault(left, []).append(right)
        near.setdefault(right, []).append(left)
    return Clustering(
        tuple(sorted((_units(keys, by_form) for keys in partition), key=lambda found: found[0].place)),
        {pair: similarity(length, sizes[pair[0]], sizes[pair[1]]) for pair, length in lengths.items()},
        near,
        by_form,
        compared,
    )


def _units(keys: Iterable[str], by_form: Mapping[str, Sequence[Unit]]) -> tuple[Unit, ...]:
    return tuple(sorted((unit for key in keys for unit in by_form[key]), key=lambda unit: unit.place))
