"""Clusters of both kinds -> groups: the values that every front end shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from esper_lint.findings import Group, Member, NearLink, UnitKind
from esper_lint.identity import fingerprints, group_id
from esper_lint.matching.clustering import Clustering
from esper_lint.matching.explaining import Explanation
from esper_lint.matching.pairs import ordered
from esper_lint.matching.units import Unit
from esper_lint.rules import RULES
from esper_lint.rules.relations import Relation

_Place = tuple[str, int, str]
_Link = tuple[tuple[str, int], NearLink]  # with the class that it leads to


@dataclass(frozen=True, slots=True)
class Kind:
    """All units of one kind, in path order, and what was found among them."""

    units: Sequence[Unit]
    clustering: Clustering


def assemble(
    kinds: Mapping[UnitKind, Kind], relations: Sequence[Relation], explanations: Sequence[Explanation | None]
) -> tuple[Group, ...]:
    """The groups of the reported relations, in their order; those without an explanation are left out.

    ``kinds`` and ``relations`` are those of whole neighbourhoods: members are numbered, and linked, across all groups.
    """
    prints: dict[UnitKind, dict[_Place, str]] = {}
    for kind, found in kinds.items():
        places = (unit.place for unit in found.units)
        prints[kind] = dict(zip(places, fingerprints(found.units), strict=True))
    identities = [group_id([prints[unit.kind][unit.place] for unit in one.units]) for one in relations]
    links = _NearLinks(kinds, relations, identities)
    groups = []
    for number, (one, explanation, identity) in enumerate(zip(relations, explanations, identities, strict=True)):
        if explanation is None:
            continue
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
                forwards=tuple(_forwards(unit, prints[UnitKind.FORWARD])),
                code=tuple(_code(unit)),
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


def _forwards(unit: Unit, prints: Mapping[_Place, str]) -> Iterator[str]:
    """The fingerprints of the forwards of a class that are large enough to be compared; of a forward none."""
    if unit.kind is UnitKind.CLASS:
        places = (Unit(UnitKind.FORWARD, unit.path, unit.owner, forward).place for forward in unit.owner.forwards)
        yield from (prints[place] for place in places if place in prints)


def _code(unit: Unit) -> Iterator[str]:
    yield unit.key.exact
    if unit.kind is UnitKind.CLASS:
        yield from (forward.form.exact for forward in unit.owner.forwards)


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
        self._of_forms: dict[tuple[UnitKind, str], list[_Link]] = {}
        self._of_members: dict[tuple[int, tuple[str, ...]], tuple[NearLink, ...]] = {}
        for number, one in enumerate(relations):
            for place in one.classes:
                self._groups_at.setdefault(place, []).append(number)

    def of(self, unit: Unit, number: int) -> tuple[NearLink, ...]:
        """The same for all members of a group that are equal."""
        key = number, tuple(_code(unit))
        if key not in self._of_members:
            self._of_members[key] = self._found(unit, number)
        return self._of_members[key]

    def _found(self, unit: Unit, number: int) -> tuple[NearLink, ...]:
        own = self._relations[number].classes
        found: dict[tuple[str, str], NearLink] = {}
        for place, link in self._of_member(unit):
            known = found.get((link.path, link.qualname))
            if place not in own and (known is None or known.similarity < link.similarity):
                found[link.path, link.qualname] = link
        return tuple(sorted(found.values(), key=lambda link: (-link.similarity, link.path, link.qualname)))

    def _of_member(self, unit: Unit) -> Iterator[_Link]:
        yield from self._of_form(unit.kind, unit.key.exact)
        if unit.kind is UnitKind.CLASS:
            for forward in unit.owner.forwards:
                yield from self._of_form(UnitKind.FORWARD, forward.form.exact)

    def _of_form(self, kind: UnitKind, exact: str) -> Sequence[_Link]:
        """The links of all units of a form, whatever group they are in; many share one."""
        if (kind, exact) not in self._of_forms:
            clustering = self._kinds[kind].clustering
            others = (other for key in clustering.near.get(exact, ()) for other in clustering.by_form[key])
            links = (self._link(exact, other, clustering) for other in others)
            self._of_forms[kind, exact] = [link for link in links if link is not None]
        return self._of_forms[kind, exact]

    def _link(self, exact: str, other: Unit, clustering: Clustering) -> _Link | None:
        place = (other.path, other.owner.line)
        numbers = self._groups_at.get(place, ())
        of_its_kind = [number for number in numbers if self._relations[number].units[0].kind is other.kind]
        group = next(iter([*of_its_kind, *numbers]), None)
        if group is None:
            return None
        similarity = clustering.similarities[ordered(exact, other.key.exact)]
        return place, NearLink(self._identities[group], other.path, other.owner.qualname, similarity, other.kind)
