"""Classes -> neighbourhoods: the finest partition in which no group looks beyond its own part.

Two classes are neighbours if a unit of one is equal or alike to a unit of the other, or if the identities of two of
their units are told apart by counting (``identity.fingerprints``).  Whatever is said of a class depends on its
neighbourhood alone, so a run in which few files changed decides anew only the neighbourhoods that these touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from esper_lint.findings import UnitKind
from esper_lint.identity import name_and_form
from esper_lint.matching.pairs import Pair
from esper_lint.matching.units import Unit

Place = tuple[str, int]  # a file's name and the class's number in it


class Resident(NamedTuple):
    """A module class as its neighbourhood sees it.

    ``forms`` are the exact keys of its units by kind, ``names`` what their fingerprints are made of; ``forwards``
    counts its forwards, those too small to be compared included.
    """

    forwards: int
    forms: Mapping[UnitKind, tuple[str, ...]]
    names: tuple[str, ...]

    @property
    def ties(self) -> Iterator[str]:
        """Whoever shares one of these is a neighbour."""
        return chain(*self.forms.values(), self.names)


def resident(forwards: int, units: Mapping[UnitKind, Sequence[Unit]]) -> Resident:
    """A class with its units that are large enough to be compared."""
    forms = {kind: tuple(unit.key.exact for unit in found) for kind, found in units.items()}
    return Resident(forwards, forms, tuple(name_and_form(unit) for unit in chain(*units.values())))


def neighbourhoods(residents: Mapping[Place, Resident], alike: Iterable[Pair]) -> list[tuple[Place, ...]]:
    """The partition, each part sorted; ``alike`` are pairs of exact keys.  A class without units is in no part."""
    places = list(residents)
    parents = list(range(len(places)))
    holder: dict[str, int] = {}  # of each tie, the first class that has it

    def root(number: int) -> int:
        while (parent := parents[number]) != number:
            parents[number] = number = parents[parent]  # halves the path, which keeps all paths short
        return number

    for number, one in enumerate(residents.values()):
        for tie in one.ties:
            first = holder.setdefault(tie, number)
            if first != number:
                parents[root(first)] = root(number)
    for left, right in alike:
        parents[root(holder[left])] = root(holder[right])
    parts: dict[int, list[Place]] = {}
    for number, place in enumerate(places):
        if residents[place].names:
            parts.setdefault(root(number), []).append(place)
    return sorted(tuple(sorted(part)) for part in parts.values())
