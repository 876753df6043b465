"""Alike pairs -> those that are close, which is what keeps a group from being loose.

Over the threshold two units are worth naming beside each other.  Of what two readers saw just over it, about half was
not worth a maintainer's time: forwards with the scaffold of one library round different logic, and short bodies that
share an idiom (``docs/judged-groups.md``).  Two units are *close* if they

- are equal after renaming, or
- are in opposite branches of one guard, which says what they are to each other, or
- are alike at a stricter threshold, or forwards of which one is the other with something added; and, if they are short
  forwards, have classes that are not strangers either.

A group in which no member is close to its nearest one is reported as all others are, and shown last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from esper_lint.discovery.guards import opposite
from esper_lint.findings import UnitKind
from esper_lint.matching.pairs import Load, Pair, common_lengths, ordered
from esper_lint.matching.similarity import needed_common
from esper_lint.matching.units import Unit

# Symbols under which what two forwards have in common can be an idiom: two residual lines have 28, the two halves of a
# transformer layer 70.
SMALL = 100
# The percentage from which classes are no strangers.  Of the short forwards that readers took for no copies, most stand
# in classes that are less alike.
FAMILIAR = 75
# The percentage of the smaller forward that the larger one has to hold if that is to be the same with something added.
# A copy from which a statement was deleted, or into which some were inserted, holds nearly all; of the pairs under 86%
# that both readers took for no copies, those that are not short hold at most .92.
HELD = 95


def close_pairs(units: Sequence[Unit], common: Mapping[Pair, int], threshold: int, load: Load) -> set[Pair]:
    """The close ones of alike pairs; ``threshold`` is the stricter one, and ``units`` are all of one kind.

    ``common`` has the common lengths of the pairs, which are of the units' forms by exact key; ``load`` gives forms.
    """
    holders: dict[str, list[Unit]] = {}
    for unit in units:
        holders.setdefault(unit.key.exact, []).append(unit)
    found: set[Pair] = set()
    small: set[Pair] = set()
    for pair, length in common.items():
        left, right = holders[pair[0]], holders[pair[1]]
        a, b = left[0].key, right[0].key
        if a.renamed == b.renamed or _is_guarded(left, right):
            found.add(pair)
            continue
        is_forward = left[0].kind is UnitKind.FORWARD
        is_held = is_forward and 100 * length >= HELD * min(a.size, b.size)
        if is_held or length >= needed_common(threshold, a.size, b.size):
            is_small = is_forward and min(a.own, b.own) < SMALL
            (small if is_small else found).add(pair)
    return found.union(_of_familiar_classes(small, holders, load))


def _is_guarded(left: Sequence[Unit], right: Sequence[Unit]) -> bool:
    return any(
        opposite(a.forward.guards, b.forward.guards, same_file=a.path == b.path)
        for a, b in product(_under_guards(left), _under_guards(right))
    )


def _under_guards(units: Iterable[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.forward.guards]


def _of_familiar_classes(pairs: Iterable[Pair], holders: Mapping[str, Sequence[Unit]], load: Load) -> list[Pair]:
    """The pairs of forwards of which two stand in classes that are not strangers."""
    sizes: dict[str, int] = {}
    classes: dict[Pair, set[Pair]] = {}
    for pair in pairs:
        sides = []
        for key in pair:
            forms = [unit.owner.form for unit in holders[key] if unit.owner.form is not None]
            sizes.update((form.exact, form.size) for form in forms)
            sides.append({form.exact for form in forms})
        classes[pair] = {ordered(a, b) for a, b in product(*sides)}
    lengths = common_lengths(set().union(*classes.values()), load)
    familiar = {(a, b) for (a, b), length in lengths.items() if length >= needed_common(FAMILIAR, sizes[a], sizes[b])}
    return [pair for pair, wanted in classes.items() if not familiar.isdisjoint(wanted)]
