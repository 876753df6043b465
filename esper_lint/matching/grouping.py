"""Founding pairs -> clusters: a partition of the forms that have a partner, never a chain.

Clusters grow by complete link, most similar pair first: two clusters become one only if every pair across is one.
That leaves some forms alone although they have a partner.  Such a form joins the cluster of its nearest partner if it
is a partner of at least half of it; else it takes a partner out of a cluster that can spare one, and only if there is
none it joins its nearest partner all the same.  So every form with a partner is in a cluster, and nearly every pair
inside is alike (of forwards 98.6% on transformers 4.46.3 and 97.4% on timm 1.0.31, where joining always gave 97.1% and
90.9%).  Alike pairs across are the near links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from esper_lint.matching.pairs import Pair
from esper_lint.matching.similarity import similarity


def clusters(sizes: Mapping[str, int], counts: Mapping[str, int], pairs: Mapping[Pair, int]) -> list[list[str]]:
    """The partition of the forms that occur in ``pairs``, by exact key.

    ``sizes`` are the forms' sizes in symbols and ``counts`` the number of units of each form.  Ties are decided by
    content, so the same forms fall into the same clusters wherever they stand.
    """
    partition = _Partition(counts, pairs)
    nearest_first = sorted(pairs, key=lambda pair: (-similarity(pairs[pair], sizes[pair[0]], sizes[pair[1]]), pair))
    for left, right in nearest_first:
        partition.link(left, right)
    cluster_of = partition.cluster_of
    for settle in (partition.join_if_mostly_alike, partition.take_partner, partition.join):
        for left, right in nearest_first:
            if len(cluster_of[left]) == 1:
                settle(left, right)
            if len(cluster_of[right]) == 1:
                settle(right, left)
    return partition.result()


class _Partition:
    def __init__(self, counts: Mapping[str, int], pairs: Iterable[Pair]) -> None:
        self._counts = counts
        self._partners: dict[str, set[str]] = {}
        for left, right in pairs:
            self._partners.setdefault(left, set()).add(right)
            self._partners.setdefault(right, set()).add(left)
        self.cluster_of = {key: {key} for key in self._partners}

    def link(self, left: str, right: str) -> None:
        small, large = sorted((self.cluster_of[left], self.cluster_of[right]), key=len)
        if small is not large and all(large <= self._partners[key] for key in small):
            large |= small
            self.cluster_of.update(dict.fromkeys(small, large))

    def join(self, alone: str, partner: str) -> None:
        self.cluster_of[partner].add(alone)
        self.cluster_of[alone] = self.cluster_of[partner]

    def join_if_mostly_alike(self, alone: str, partner: str) -> None:
        cluster = self.cluster_of[partner]
        if 2 * self._units(cluster & self._partners[alone]) >= self._units(cluster):
            self.join(alone, partner)

    def take_partner(self, alone: str, partner: str) -> None:
        rest = self.cluster_of[partner] - {partner}
        # Whoever has no partner but the one taken would be left among strangers.
        if all(self._partners[key] & rest for key in rest) or (len(rest) == 1 and self._units(rest) >= 2):
            self.cluster_of.update(dict.fromkeys(rest, rest))
            self.cluster_of[alone] = self.cluster_of[partner] = {alone, partner}

    def result(self) -> list[list[str]]:
        distinct = {id(cluster): cluster for cluster in self.cluster_of.values()}
        return sorted(sorted(cluster) for cluster in distinct.values())

    def _units(self, keys: Iterable[str]) -> int:
        return sum(self._counts[key] for key in keys)
