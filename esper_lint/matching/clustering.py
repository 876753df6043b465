"""Units and their alike pairs -> their clusters, the similarity of every pair inside, and the near links across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from esper_lint.matching.grouping import clusters
from esper_lint.matching.pairs import Load, Pair, common_lengths, ordered
from esper_lint.matching.similarity import similarity
from esper_lint.matching.units import Unit


@dataclass(frozen=True, slots=True)
class Clustering:
    """Clusters of units, each in path order; the similarities of forms; and for each form its alike forms elsewhere."""

    clusters: tuple[tuple[Unit, ...], ...]
    similarities: Mapping[Pair, float]
    near: Mapping[str, Sequence[str]]
    by_form: Mapping[str, Sequence[Unit]]

    def similarity(self, a: Unit, b: Unit) -> float:
        """The similarity of two units that are in one cluster or near."""
        left, right = a.key.exact, b.key.exact
        return 1.0 if left == right else self.similarities[ordered(left, right)]

    def worst(self, units: Sequence[Unit]) -> float:
        """The similarity of the least alike pair of a cluster."""
        keys = sorted({unit.key.exact for unit in units})
        return min((self.similarities[pair] for pair in combinations(keys, 2)), default=1.0)


def cluster(units: Sequence[Unit], common: Mapping[Pair, int], load: Load) -> Clustering:
    """Partition the units that have a partner.

    ``common`` holds the common length of every alike pair of their forms, and ``load`` gives forms by exact key.
    """
    by_form: dict[str, list[Unit]] = {}
    for unit in units:
        by_form.setdefault(unit.key.exact, []).append(unit)
    sizes = {key: found[0].key.size for key, found in by_form.items()}
    counts = {key: len(found) for key, found in by_form.items()}
    partition = clusters(sizes, counts, common)
    clustered = {key for keys in partition for key in keys}
    partition += [[key] for key, found in by_form.items() if len(found) > 1 and key not in clustered]
    inside = {pair for keys in partition for pair in combinations(sorted(keys), 2)}
    lengths = {**common_lengths(inside - common.keys(), load), **common}
    near: dict[str, list[str]] = {}
    for left, right in sorted(common.keys() - inside):
        near.setdefault(left, []).append(right)
        near.setdefault(right, []).append(left)
    return Clustering(
        tuple(sorted((_units(keys, by_form) for keys in partition), key=lambda found: found[0].place)),
        {pair: similarity(length, sizes[pair[0]], sizes[pair[1]]) for pair, length in lengths.items()},
        near,
        by_form,
    )


def _units(keys: Iterable[str], by_form: Mapping[str, Sequence[Unit]]) -> tuple[Unit, ...]:
    return tuple(sorted((unit for key in keys for unit in by_form[key]), key=lambda unit: unit.place))
