"""Alike pairs -> those from which a group can grow, where a project has a stricter threshold for groups.

Over the threshold two units are worth naming beside each other.  A group claims more, that its members are copies, and
of what two readers saw just over the threshold about half was not: forwards with the scaffold of one library round
different logic, and short bodies that share an idiom (``docs/judged-groups.md``).  With such a threshold a pair founds
a group if its units

- are equal after renaming, or
- are in opposite branches of one guard, which says what they are to each other, or
- are alike at the stricter threshold for groups, or forwards of which one is the other with something added; and, if
  they are short forwards, have classes that are not strangers either.

Every other alike pair is *loose*: its units are named together where both are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from esper_lint.discovery.guards import opposite
from esper_lint.findings import UnitKind
from esper_lint.matching.pairs import Load, Pair, common_lengths, ordered
from esper_lint.matching.similarity import needed_common
from esper_lint.matching.units import Unit

# Symbols under which what two forwards have in common can be an idiom: two residual lines have 28.
SMALL = 40
# The percentage from which classes are no strangers.  Of the short forwards that both readers took for no copies, those
# of different classes were at .60 to .69.
FAMILIAR = 70
# The percentage of the smaller forward that the larger one has to hold if that is to be the same with something added.
# A copy from which a statement was deleted, or into which some were inserted, holds nearly all; of the pairs under 86%
# that both readers took for no copies, those that are not short hold at most .92.
HELD = 95


def founding(units: Sequence[Unit], common: Mapping[Pair, int], group_threshold: int, load: Load) -> dict[Pair, int]:
    """The pairs of ``common`` that found a group, with their common lengths; ``units`` are all of one kind.

    ``common`` has the alike pairs of the units' forms by exact key, and ``load`` gives forms by exact key.
    """
    holders: dict[str, list[Unit]] = {}
    for unit in units:
        holders.setdefault(unit.key.exact, []).append(unit)
    found: dict[Pair, int] = {}
    small: dict[Pair, int] = {}
    for pair, length in common.items():
        left, right = holders[pair[0]], holders[pair[1]]
        a, b = left[0].key, right[0].key
        if a.renamed == b.renamed or _is_guarded(left, right):
            found[pair] = length
            continue
        is_forward = left[0].kind is UnitKind.FORWARD
        is_held = is_forward and 100 * length >= HELD * min(a.size, b.size)
        if is_held or length >= needed_common(group_threshold, a.size, b.size):
            is_small = is_forward and min(a.own, b.own) < SMALL
            (small if is_small else found)[pair] = length
    familiar = _of_familiar_classes(small, holders, load)
    return found | {pair: small[pair] for pair in familiar}


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
