"""Whether the candidate filter loses any pair over the threshold, against brute force with the one similarity function.

    python -m tests.benchmarks.filter_exactness FOLDER

Every pair of distinct forms is compared, forward bodies and whole classes apart and of whatever size, without the
filter and without the cut-offs that make the function fast.  Exit status 1 if a pair is lost, or one is found that
should not be.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from rapidfuzz.distance import LCSseq

from esper_lint.discovery.forms import FormKey
from esper_lint.findings import UnitKind
from esper_lint.matching.pairs import Measure, alike, compare, ordered
from tests.benchmarks.reported import Corpus, measure, settings


@dataclass(frozen=True, slots=True)
class Exactness:
    """What both ways found among the distinct forms of one kind."""

    units: int
    forms: int
    pairs: int
    alike: int
    lost: frozenset[tuple[str, str]]
    invented: frozenset[tuple[str, str]]

    @property
    def is_exact(self) -> bool:
        return not self.lost and not self.invented


def exactness(corpus: Corpus, kind: UnitKind, bounds: Measure) -> Exactness:
    forms = corpus.distinct(kind, bounds.min_size)
    sketches = {key: corpus.forms[key].sketch for key in forms}
    filtered = compare(sketches, lambda keys: {k: corpus.forms[k] for k in keys}, bounds)
    expected = {ordered(a, b) for a, b in combinations(forms, 2) if _is_alike(corpus, forms[a], forms[b], bounds)}
    found = frozenset(filtered)
    return Exactness(
        units=sum(one.kind is kind and one.form.own >= bounds.min_size for one in corpus.units),
        forms=len(forms),
        pairs=len(forms) * (len(forms) - 1) // 2,
        alike=len(expected),
        lost=frozenset(expected - found),
        invented=frozenset(found - expected),
    )


def _is_alike(corpus: Corpus, a: FormKey, b: FormKey, bounds: Measure) -> bool:
    """The definition: type 2 clones, and what has 2·common·100 >= t·(|A|+|B|), within the least sizes.

    Nothing can be in common that is not so with names blind, hence no names are paired where that alone falls short.
    """
    left, right = corpus.comparable(a), corpus.comparable(b)
    blind = LCSseq.similarity(left.blind, right.blind)
    if a.renamed != b.renamed and 200 * blind < bounds.threshold * (a.size + b.size):
        return False
    return alike(left, right, bounds) > 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--from-min-size", action="store_true", help="only units of the size that check compares")
    given = parser.parse_args()
    corpus, config = Corpus(given.folder), settings(given.folder)
    exact = True
    for kind in UnitKind:
        all_units = sum(one.kind is kind for one in corpus.units)
        bounds = measure(kind, config)
        found = exactness(corpus, kind, bounds if given.from_min_size else replace(bounds, min_size=0))
        print(
            f"{kind.value}: {all_units:,} units, {found.units:,} of them compared, {found.forms:,} distinct forms, "
            f"{found.pairs:,} pairs, {found.alike:,} alike, {len(found.lost)} lost, {len(found.invented)} invented"
        )
        exact = exact and found.is_exact
    sys.exit(not exact)


if __name__ == "__main__":
    main()
