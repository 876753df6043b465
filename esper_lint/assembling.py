"""Clusters of both kinds -> groups: the values that every front end shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esper_lint.findings import Group, Member, NearLink, UnitKind
from esper_lint.identity import fingerprints, group_id
from esper_lint.matching.clustering import Clustering
from esper_lint.matching.explaining import Explanation
from esper_lint.matching.units import Unit
from esper_lint.rules import RULES
from esper_lint.rules.relations import Relation

_Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """All units of one kind, in path order, and what was found among them."""

    units: Sequence[Unit]
    clustering: Clustering


def assemble(
    kinds: Mapping[UnitKind, Kind], relations: Sequence[Relation], explanations: Sequence[Explanation]
) -> tuple[Group, ...]:
    """The groups of the reported relations, in their order."""
    prints: dict[UnitKind, dict[_Place, str]] = {}
    for kind, found in kinds.items():
        places = (unit.place for unit in found.units)
        prints[kind] = dict(zip(places, fingerprints(found.units), strict=True))
    identities = [group_id([prints[unit.kind][unit.place] for unit in one.units]) for one in relations]
    links = _NearLinks(kinds, relations, identities)
    groups = []
    for number, (one, explanation, identity) in enumerate(zip(relations, explanations, identities, strict=True)):
        clustering = kinds[one.units[0].kind].clustering
        forms: dict[str, Unit] = {}
        for unit in one.units:
            forms.setdefault(unit.key.exact, unit)
        variants = {key: variant for variant, key in enumerate(forms)}
        members = tuple(
            Member(
                path=unit.path,
                qualname=unit.owner.qualname,
                line=unit.line,
                end_line=unit.end_line,
                forward_line=unit.forward.line,
                forward_column=unit.forward.column,
                fingerprint=prints[unit.kind][unit.place],
                similarity=clustering.similarity(unit, one.units[0]),
                guard=guard,
                variant=variants[unit.key.exact],
                near=links.of(unit, number),
            )
            for unit, guard in zip(one.units, one.guards, strict=True)
        )
        groups.append(
            Group(
                id=identity,
                rule=one.rule,
                unit=one.units[0].kind,
                clone_type=one.clone_type,
                similarity=clustering.worst(one.units),
                severity=RULES[one.rule].severity,
                members=members,
                holes=explanation.holes,
                texts_differ=explanation.texts_differ,
                similarities=_similarities(list(forms.values()), clustering),
            )
        )
    return tuple(groups)


def _similarities(variants: Sequence[Unit], clustering: Clustering) -> tuple[tuple[float, ...], ...]:
    """For each variant its similarity to each one before it."""
    return tuple(
        tuple(clustering.similarity(one, other) for other in variants[:number]) for number, one in enumerate(variants)
    )


class _NearLinks:
    """Finds the units over the threshold that are in another group than a member's own.

    A class group that speaks for a forward group carries its links too, so that no pair over the threshold is lost.
    """

    def __init__(
        self, kinds: Mapping[UnitKind, Kind], relations: Sequence[Relation], identities: Sequence[str]
    ) -> None:
        self._kinds = kinds
        self._relations = relations
        self._identities = identities
        self._groups_at: dict[tuple[str, int], list[int]] = {}
        for number, one in enumerate(relations):
            for place in one.classes:
                self._groups_at.setdefault(place, []).append(number)

    def of(self, unit: Unit, number: int) -> tuple[NearLink, ...]:
        own = self._relations[number]
        found: dict[tuple[str, str], NearLink] = {}
        for kind in (unit.kind, UnitKind.FORWARD):
            clustering = self._kinds[kind].clustering
            for forward in [unit.forward] if unit.kind is UnitKind.FORWARD else unit.owner.forwards:
                counterpart = Unit(kind, unit.path, unit.owner, forward)
                for key in clustering.near.get(counterpart.key.exact, ()):
                    for other in clustering.by_form[key]:
                        place = (other.path, other.owner.line)
                        if place not in own.classes:
                            self._add(found, counterpart, other, clustering, place)
            if unit.kind is UnitKind.FORWARD:
                break
        return tuple(sorted(found.values(), key=lambda link: (-link.similarity, link.path, link.qualname)))

    def _add(
        self,
        found: dict[tuple[str, str], NearLink],
        unit: Unit,
        other: Unit,
        clustering: Clustering,
        place: tuple[str, int],
    ) -> None:
        numbers = self._groups_at.get(place, ())
        of_its_kind = [number for number in numbers if self._relations[number].units[0].kind is other.kind]
        group = next(iter([*of_its_kind, *numbers]), None)
        if group is None:
            return
        similarity = clustering.similarity(unit, other)
        link = NearLink(self._identities[group], other.path, other.owner.qualname, similarity, other.kind)
        known = found.get((other.path, other.owner.qualname))
        if known is None or known.similarity < link.similarity:
            found[other.path, other.owner.qualname] = link
