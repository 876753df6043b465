"""Distinct forms -> all pairs of them that are alike.

This is the measure and the threshold in one place: candidates by the lossless filter, then the similarity function on
each.  Where most forms were compared before, only the fresh ones are, with all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, combinations

from esper_lint.discovery.forms import Form, Sketch
from esper_lint.matching.candidates import candidate_pairs
from esper_lint.matching.similarity import Alphabet, Comparable, common, needed_common
from esper_lint.parallel import forked_map

# Two processes pay from about this many forms on, or candidates where these are known; stripes are of equal size only
# on average, so there are many.
_WORTH_STRIPES = 400
_CANDIDATES_WORTH_STRIPES = 5_000
_STRIPES = 10

Load = Callable[[Iterable[str]], Mapping[str, Form]]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """From which similarity (percent) and from which size (own symbols) two forms are alike.

    Forms that are equal after renaming (type 2) need ``min_size``, others ``min_size_near``.  Where attributes of
    ``self`` have to be renamed the least sizes are ``min_size_renamed`` and ``min_size_renamed_near``: every chain of
    the shape ``self.a(x); self.b(x)`` is blindly equal to every other.
    """

    threshold: int
    min_size: int
    min_size_renamed: int
    min_size_near: int = 0
    min_size_renamed_near: int = 0


def alike(a: Comparable, b: Comparable, measure: Measure) -> int:
    """The common length of two forms if they are alike, else 0.

    Type 2 clones are alike whatever their similarity: in a short body full of literals it can be under the threshold.
    Others must be alike without the statements too that only call a helper, which hide what the rest differs in.
    """
    equal = a.form.key.renamed == b.form.key.renamed
    smaller = min(a.form.key.own, b.form.key.own)
    if smaller < measure.min_size or (not equal and smaller < measure.min_size_near):
        return 0
    needed = 0 if equal else needed_common(measure.threshold, a.size, b.size)
    least_renamed = measure.min_size_renamed if equal else max(measure.min_size_renamed, measure.min_size_renamed_near)
    if smaller < least_renamed:
        agrees = _same_attributes(a.form, b.form) if equal else common(a, b, needed, rename_attributes=False)
        if not agrees:
            return 0
    found = common(a, b, needed)
    own_a, own_b = a.form.key.own, b.form.key.own
    helped = min(a.size - own_a, b.size - own_b)
    if equal or not helped:
        return found
    return found if found - helped >= needed_common(measure.threshold, own_a, own_b) else 0


def _same_attributes(a: Form, b: Form) -> bool:
    """Whether two forms that are equal after renaming spell their attributes alike."""
    return [name for name in a.names if name[0] == "."] == [name for name in b.names if name[0] == "."]


def compare(
    sketches: Mapping[str, Sketch],
    load: Load,
    measure: Measure,
    fresh: Set[str] | None = None,
    jobs: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[Pair, int]:
    """The common length of every alike pair of forms, given by exact key; with ``fresh``, of those with a fresh one.

    ``advance`` is told of every hundredth of the work.
    """
    keys = sorted(sketches)
    signatures = [sketches[key].signature for key in keys]
    flags = [key in fresh for key in keys] if fresh is not None and not fresh >= sketches.keys() else None
    twins = _twins([sketches[key].renamed for key in keys], flags)
    some = None if flags is None else list(candidate_pairs(signatures, measure.threshold, flags))
    wanted = keys if some is None else {keys[at] for pair in chain(twins, some) for at in pair}
    comparables = _Comparables(load(wanted))
    is_worth_it = len(keys) >= _WORTH_STRIPES if some is None else len(some) >= _CANDIDATES_WORTH_STRIPES
    stripes = _STRIPES if is_worth_it else 1

    def alike_in(stripe: int) -> dict[Pair, int]:
        if some is None:
            candidates = candidate_pairs(signatures, measure.threshold, None, (stripe, stripes))
        else:
            candidates = iter(some[stripe::stripes])
        return _alike(keys, chain(twins[stripe::stripes], candidates), comparables, measure)

    found: dict[Pair, int] = {}
    for part in forked_map(alike_in, range(stripes), jobs):
        found |= part
        advance(100 // stripes)
    return found


def _twins(renamed: Sequence[str], fresh: Sequence[bool] | None) -> list[tuple[int, int]]:
    """Pairs of forms that are equal after renaming: no bound may drop them."""
    places: dict[str, list[int]] = {}
    for index, key in enumerate(renamed):
        places.setdefault(key, []).append(index)
    pairs = (pair for found in places.values() for pair in combinations(found, 2))
    return [(i, j) for i, j in pairs if fresh is None or fresh[i] or fresh[j]]


def _alike(
    keys: Sequence[str], candidates: Iterable[tuple[int, int]], comparables: _Comparables, measure: Measure
) -> dict[Pair, int]:
    found: dict[Pair, int] = {}
    for i, j in candidates:
        length = alike(comparables[keys[i]], comparables[keys[j]], measure)
        if length:
            found[ordered(keys[i], keys[j])] = length
    return found


def common_lengths(pairs: Iterable[Pair], load: Load, measure: Measure | None = None) -> dict[Pair, int]:
    """The common length of the given pairs, alike or not.

    With a ``measure`` small forms are held to the spelling of their attributes, as they are to be alike: otherwise two
    chains of calls that are not would seem to be nearer to each other than either is to its copies.
    """
    wanted = list(pairs)
    comparables = _Comparables(load({key for pair in wanted for key in pair}))
    least = max(measure.min_size_renamed, measure.min_size_renamed_near) if measure else 0
    lengths = {}
    for left, right in wanted:
        a, b = comparables[left], comparables[right]
        is_large = min(a.form.key.own, b.form.key.own) >= least
        lengths[left, right] = common(a, b, rename_attributes=is_large)
    return lengths


def ordered(left: str, right: str) -> Pair:
    """The pair as it is named everywhere."""
    return (left, right) if left < right else (right, left)


class _Comparables(dict[str, Comparable]):
    """Forms made ready for comparison when they are first asked for, all over one alphabet."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        super().__init__()
        self._forms = forms
        self._alphabet = Alphabet()
        self._repeats = Counter([form.key.renamed for form in forms.values()])

    def __missing__(self, key: str) -> Comparable:
        form = self._forms[key]
        made = self[key] = Comparable(form, self._alphabet, is_repeated=self._repeats[form.key.renamed] > 1)
        return made
