"""Units and their alike pairs -> their clusters, the near links across, and the similarity of every pair inside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from esper_lint.matching.grouping import clusters
from esper_lint.matching.pairs import Load, Measure, Pair, common_lengths, ordered
from esper_lint.matching.similarity import similarity
from esper_lint.matching.units import Unit


@dataclass(frozen=True, slots=True)
class Clustering:
    """Clusters of units, each in path order, and for each form its alike forms in other clusters.

    ``common`` has the common lengths of alike forms.  ``similarities`` are those of alike forms, and of the others in a
    cluster once that is ``measured``.
    """

    clusters: tuple[tuple[Unit, ...], ...]
    common: Mapping[Pair, int]
    similarities: Mapping[Pair, float]
    near: Mapping[str, Sequence[str]]
    by_form: Mapping[str, Sequence[Unit]]

    def similarity(self, a: Unit, b: Unit) -> float:
        """The similarity of two units that are near, or in one cluster that was measured."""
        left, right = a.key.exact, b.key.exact
        return 1.0 if left == right else self.similarities[ordered(left, right)]

    def worst(self, units: Sequence[Unit]) -> float:
        """The similarity of the least alike pair of a cluster that was measured."""
        keys = sorted({unit.key.exact for unit in units})
        return min((self.similarities[pair] for pair in combinations(keys, 2)), default=1.0)


def cluster(units: Sequence[Unit], common: Mapping[Pair, int]) -> Clustering:
    """Partition units of one kind; ``common`` has the common length of every alike pair of their forms."""
    by_form: dict[str, list[Unit]] = {}
    for unit in units:
        by_form.setdefault(unit.key.exact, []).append(unit)
    sizes = {key: found[0].key.size for key, found in by_form.items()}
    counts = {key: len(found) for key, found in by_form.items()}
    partition = clusters(sizes, counts, common)
    clustered = {key for keys in partition for key in keys}
    partition += [[key] for key, found in by_form.items() if len(found) > 1 and key not in clustered]
    inside = {pair for keys in partition for pair in combinations(sorted(keys), 2)}
    near: dict[str, list[str]] = {}
    for left, right in sorted(common.keys() - inside):
        near.setdefault(left, []).append(right)
        near.setdefault(right, []).append(left)
    return Clustering(
        tuple(sorted((_units(keys, by_form) for keys in partition), key=lambda found: found[0].place)),
        common,
        {pair: similarity(length, sizes[pair[0]], sizes[pair[1]]) for pair, length in common.items()},
        near,
        by_form,
    )


def measured(clustering: Clustering, clusters: Collection[Sequence[Unit]], load: Load, measure: Measure) -> Clustering:
    """The clustering with the similarity of every pair in ``clusters``; ``load`` gives forms by exact key."""
    sizes = {unit.key.exact: unit.key.size for units in clusters for unit in units}
    pairs = {pair for units in clusters for pair in combinations(sorted({unit.key.exact for unit in units}), 2)}
    lengths = common_lengths(pairs - clustering.similarities.keys(), load, measure)
    found = {pair: similarity(length, sizes[pair[0]], sizes[pair[1]]) for pair, length in lengths.items()}
    return replace(clustering, similarities={**clustering.similarities, **found})


def _units(keys: Iterable[str], by_form: Mapping[str, Sequence[Unit]]) -> tuple[Unit, ...]:
    return tuple(sorted((unit for key in keys for unit in by_form[key]), key=lambda unit: unit.place))
