"""Which pairs of forms can be over the threshold at all: a filter that never loses one.

``common`` counts a common subsequence, so it is at most the size of the multiset intersection of the two streams (the
bag bound of SourcererCC, Sajnani et al., ICSE 2016).  The multiset is kept as a fixed-width bit signature in which the
k-th occurrence of a symbol sets one bit.  Every bit that A has and B lacks stands for at least one symbol of A that B
cannot match, hence

    |A & B|  <=  |A| - |bits(A) - bits(B)|  =  |A| - (|bits(A) | bits(B)| - |bits(B)|)

and the same with A and B exchanged; colliding bits only make the bound looser.  Sizes give the other bound: a form
needs a partner of at least t/(200-t) of its size.  Signatures need no order over all symbols of the corpus, so they are
stored with each form and a run in which one file changed compares only what is new.  Forms with one signature, such as
copies under other names, are looked at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import combinations, compress, product
from operator import itemgetter, not_

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
    holders: dict[Signature, list[int]] = {}
    for index, one in enumerate(signatures):
        holders.setdefault(one, []).append(index)
    # ``needed_common`` and the bound are one inequality below, and what is of one side alone is made ready here: it is
    # asked of every two signatures of similar size.
    columns = [
        (size, (200 - threshold) * size, bits, weight - size, held) for (size, bits, weight), held in holders.items()
    ]
    columns.sort(key=itemgetter(0))
    sizes = [column[0] for column in columns]
    is_fresh = None if fresh is None else [any(fresh[index] for index in held) for *_, held in columns]
    # With few fresh forms only their rows are looked at, but then in both directions.
    rows = range(len(columns)) if is_fresh is None else list(compress(range(len(columns)), is_fresh))
    for place in rows[stripe[0] :: stripe[1]]:
        size, share, bits, excess, held = columns[place]
        last = bisect_right(sizes, size * (200 - threshold) // threshold)
        window = columns[place + 1 : last]
        if is_fresh is not None:
            first = bisect_left(sizes, -(-size * threshold // (200 - threshold)))
            window += compress(columns[first:place], map(not_, is_fresh[first:place]))
        near = list(combinations(held, 2))
        for others in [
            others
            for _, other_share, other_bits, other_excess, others in window
            if 200 * ((bits | other_bits).bit_count() - (excess if excess < other_excess else other_excess))
            <= share + other_share
        ]:
            near += product(held, others)
        yield from near if fresh is None else [(i, j) for i, j in near if fresh[i] or fresh[j]]
