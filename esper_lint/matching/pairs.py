"""Distinct forms -> all pairs of them that are alike.

This is the measure and the threshold in one place: candidates by the lossless filter, then the similarity function on
each.  What an earlier run found spares the pairs whose two forms it has already compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from esper_lint.discovery.forms import Form, Signature
from esper_lint.matching.candidates import candidate_pairs
from esper_lint.matching.similarity import Alphabet, Comparable, common, needed_common
from esper_lint.parallel import cores, forked_map

# Two processes pay from about this many forms on; stripes are of equal size only on average.
_WORTH_PROCESSES = 400
_STRIPES_PER_PROCESS = 4

Load = Callable[[Iterable[str]], Mapping[str, Form]]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """From which similarity (percent) and from which size (symbols) two forms are alike.

    Forms that are equal after renaming (type 2) need ``min_size``, others ``min_size_near``.  Where attributes of
    ``self`` have to be renamed the least sizes are ``min_size_renamed`` and ``min_size_renamed_near``: every chain of
    the shape ``self.a(x); self.b(x)`` is blindly equal to every other.
    """

    threshold: int
    min_size: int
    min_size_renamed: int
    min_size_near: int = 0
    min_size_renamed_near: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of one comparison of all with all: the forms that took part, and the common length of alike pairs.

    Forms are named by their exact keys, and a pair has the smaller key first.
    """

    forms: frozenset[str]
    common: Mapping[Pair, int]


def alike(a: Comparable, b: Comparable, measure: Measure) -> int:
    """The common length of two forms if they are alike, else 0.

    Type 2 clones are alike whatever their similarity: in a short body full of literals it can be under the threshold.
    """
    equal = a.form.key.renamed == b.form.key.renamed
    smaller = min(a.size, b.size)
    if smaller < measure.min_size or (not equal and smaller < measure.min_size_near):
        return 0
    needed = 0 if equal else needed_common(measure.threshold, a.size, b.size)
    least_renamed = measure.min_size_renamed if equal else max(measure.min_size_renamed, measure.min_size_renamed_near)
    if smaller < least_renamed:
        agrees = _same_attributes(a.form, b.form) if equal else common(a, b, needed, rename_attributes=False)
        if not agrees:
            return 0
    return common(a, b, needed)


def _same_attributes(a: Form, b: Form) -> bool:
    """Whether two forms that are equal after renaming spell their attributes alike."""
    return [name for name in a.names if name[0] == "."] == [name for name in b.names if name[0] == "."]


def compare(
    signatures: Mapping[str, Signature],
    renamed: Mapping[str, str],
    load: Load,
    measure: Measure,
    earlier: Compared | None = None,
    jobs: int = 1,
) -> Compared:
    """Compare all forms with each other, given by exact key with their signatures and ``renamed`` keys.

    ``earlier`` must have used the same measure.
    """
    keys = sorted(signatures)
    columns = [signatures[key] for key in keys]
    twins = _twins([renamed[key] for key in keys])
    if earlier is not None:
        found = {
            pair: length for pair, length in earlier.common.items() if pair[0] in signatures and pair[1] in signatures
        }
        fresh = [key not in earlier.forms for key in keys]
        candidates = [pair for pair in twins if fresh[pair[0]] or fresh[pair[1]]]
        candidates += candidate_pairs(columns, measure.threshold, fresh)
        forms = load({keys[index] for pair in candidates for index in pair})
        found.update(_alike(keys, candidates, _Comparables(forms), measure))
        return Compared(frozenset(keys), found)
    comparables = _Comparables(load(keys))
    stripes = _STRIPES_PER_PROCESS * cores(jobs) if len(keys) >= _WORTH_PROCESSES else 1

    def alike_in(stripe: int) -> dict[Pair, int]:
        candidates = candidate_pairs(columns, measure.threshold, None, (stripe, stripes))
        return _alike(keys, chain(twins[stripe::stripes], candidates), comparables, measure)

    parts = forked_map(alike_in, range(stripes), jobs)
    return Compared(frozenset(keys), {pair: length for part in parts for pair, length in part.items()})


def _twins(renamed: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of forms that are equal after renaming: no bound may drop them."""
    places: dict[str, list[int]] = {}
    for index, key in enumerate(renamed):
        places.setdefault(key, []).append(index)
    return [pair for found in places.values() for pair in combinations(found, 2)]


def _alike(
    keys: Sequence[str], candidates: Iterable[tuple[int, int]], comparables: _Comparables, measure: Measure
) -> dict[Pair, int]:
    found: dict[Pair, int] = {}
    for i, j in candidates:
        length = alike(comparables[keys[i]], comparables[keys[j]], measure)
        if length:
            found[ordered(keys[i], keys[j])] = length
    return found


def common_lengths(pairs: Iterable[Pair], load: Load) -> dict[Pair, int]:
    """The common length of the given pairs, alike or not."""
    wanted = list(pairs)
    comparables = _Comparables(load({key for pair in wanted for key in pair}))
    return {pair: common(comparables[pair[0]], comparables[pair[1]]) for pair in wanted}


def ordered(left: str, right: str) -> Pair:
    """The pair as it is named everywhere."""
    return (left, right) if left < right else (right, left)


class _Comparables(dict[str, Comparable]):
    """Forms made ready for comparison when they are first asked for, all over one alphabet."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        super().__init__()
        self._forms = forms
        self._alphabet = Alphabet()

    def __missing__(self, key: str) -> Comparable:
        made = self[key] = Comparable(self._forms[key], self._alphabet)
        return made
