"""Clusters of units -> which rule each falls under, and which cluster another one already speaks for.

One finding per class and clone relation, precedence ESP103 > ESP104 > ESP101 > ESP102.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from esper_lint.discovery.guards import opposite
from esper_lint.findings import Guard, UnitKind
from esper_lint.matching.units import Unit

_Class = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Relation:
    """A cluster under the rule that reports it; ``guards`` are the members' guards that make it a fallback, if any.

    ``classes`` are the members' classes, whatever the unit kind.
    """

    rule: str
    clone_type: int
    units: tuple[Unit, ...]
    guards: tuple[Guard | None, ...]
    classes: frozenset[_Class] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", frozenset((unit.path, unit.owner.line) for unit in self.units))


def relation(units: Sequence[Unit]) -> Relation:
    """The rule that a cluster falls under when it is looked at alone."""
    clone_type = _clone_type(units)
    if units[0].kind is UnitKind.CLASS:
        return Relation("ESP104", clone_type, tuple(units), _innermost(units))
    deciding = _fallback_guards(units)
    if deciding is not None:
        return Relation("ESP103", clone_type, tuple(units), deciding)
    return Relation("ESP102" if clone_type == 3 else "ESP101", clone_type, tuple(units), _innermost(units))


def reported(relations: Iterable[Relation]) -> list[Relation]:
    """The relations without those that another one of higher precedence speaks for with all their members."""
    everything = list(relations)
    fallbacks = [one for one in everything if one.rule == "ESP103"]
    spoken = _by_class(fallbacks)
    classes = [one for one in everything if one.rule == "ESP104" and not _covered(one, spoken)]
    spoken = _by_class(classes)
    forwards = [one for one in everything if one.rule in ("ESP101", "ESP102") and not _covered(one, spoken)]
    return sorted([*fallbacks, *classes, *forwards], key=lambda one: (one.units[0].place, one.rule))


def _covered(one: Relation, holders: Mapping[_Class, Sequence[Relation]]) -> bool:
    return any(one.classes <= other.classes for other in holders.get(min(one.classes), ()))


def _by_class(relations: Iterable[Relation]) -> dict[_Class, list[Relation]]:
    holders: dict[_Class, list[Relation]] = {}
    for one in relations:
        for member in one.classes:
            holders.setdefault(member, []).append(one)
    return holders


def _clone_type(units: Sequence[Unit]) -> int:
    if len({unit.key.exact for unit in units}) == 1:
        return 1
    return 2 if len({unit.key.renamed for unit in units}) == 1 else 3


def _innermost(units: Sequence[Unit]) -> tuple[Guard | None, ...]:
    return tuple(unit.forward.guards[0] if unit.forward.guards else None for unit in units)


def _fallback_guards(units: Sequence[Unit]) -> tuple[Guard | None, ...] | None:
    """Per member the guard that puts it opposite another member; None if no two members are opposite."""
    deciding: dict[int, Guard] = {}
    guarded = [index for index, unit in enumerate(units) if unit.forward.guards]
    for left, right in combinations(guarded, 2):
        a, b = units[left], units[right]
        guards = opposite(a.forward.guards, b.forward.guards, same_file=a.path == b.path)
        if guards is not None:
            deciding.setdefault(left, guards[0])
            deciding.setdefault(right, guards[1])
    if not deciding:
        return None
    innermost = _innermost(units)
    return tuple(deciding.get(index, innermost[index]) for index in range(len(units)))
