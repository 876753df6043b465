"""Which pairs of forms can be over the threshold at all: a filter that never loses one.

``common`` counts a common subsequence, so it is at most the size of the multiset intersection of the two streams (the
bag bound of SourcererCC, Sajnani et al., ICSE 2016).  The multiset is kept as a fixed-width bit signature in which the
k-th occurrence of a symbol sets one bit.  Every bit that A has and B lacks stands for at least one symbol of A that B
cannot match, hence

    |A & B|  <=  |A| - |bits(A) - bits(B)|  =  |A| - (|bits(A) | bits(B)| - |bits(B)|)

and the same with A and B exchanged; colliding bits only make the bound looser.  Sizes give the other bound: a form
needs a partner of at least t/(200-t) of its size.  Signatures need no order over all symbols of the corpus, so they are
stored with each form and a run in which one file changed compares only what is new.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from esper_lint.discovery.forms import Signature


def candidate_pairs(
    signatures: Sequence[Signature],
    threshold: int,
    fresh: Sequence[bool] | None = None,
    stripe: tuple[int, int] = (0, 1),
) -> Iterator[tuple[int, int]]:
    """Pairs (i, j) that the bounds do not rule out, each once; with ``fresh``, only pairs with a fresh one.

    ``stripe`` (k, n) asks for the k-th of n parts of about equal size, which together are all pairs.
    """
    order = sorted(range(len(signatures)), key=lambda index: signatures[index].size)
    columns = [(j, signatures[j].size, signatures[j].bits, signatures[j].weight) for j in order]
    sizes = [column[1] for column in columns]
    # With few fresh forms only their rows are looked at, but then in both directions.
    rows = range(len(columns)) if fresh is None else [place for place, j in enumerate(order) if fresh[j]]
    for place in rows[stripe[0] :: stripe[1]]:
        i, size, bits, weight = columns[place]
        last = bisect_right(sizes, size * (200 - threshold) // threshold)
        if fresh is None:
            window = columns[place + 1 : last]
        else:
            first = bisect_left(sizes, -(-size * threshold // (200 - threshold)))
            smaller = [column for column in columns[first:place] if not fresh[column[0]]]
            window = smaller + columns[place + 1 : last]
        for j, other_size, other_bits, other_weight in window:
            # ``needed_common`` spelled out: this line runs for every pair of similar size.
            least = -(-threshold * (size + other_size) // 200)
            union = (bits | other_bits).bit_count()
            if size + other_weight - union >= least and other_size + weight - union >= least:
                yield i, j
