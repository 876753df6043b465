"""What a ticket says of where the code is -> the group that it is about.

Tickets that we wrote name every member with its fingerprint; those of people name one place or a few, by the last part
of a qualified name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from esper_lint.earlier import Mark
from esper_lint.findings import Group, UnitKind
from esper_lint.identity import IdentifiedMember, is_same_group, matched
from esper_lint.tickets.ticket import Ticket

_CALL = "()"
_METHOD = ".forward"


def sites_of(ticket: Ticket) -> tuple[Mark, ...]:
    """The members that a ticket names, each once, in its order; the fingerprint is empty where it gives none."""
    found: dict[tuple[str, str], Mark] = {}
    for site in ticket.members:
        name = _named(site.qualname)
        found.setdefault((site.place.path, name), Mark(site.fingerprint, site.place.path, name))
    if ticket.fingerprint and any(site.fingerprint == ticket.fingerprint for site in ticket.members):
        return tuple(found.values())  # the list has the first one too, under the name that it has now
    for number, (path, name) in enumerate(_first_sites(ticket)):
        if (path, name) not in found:
            found[path, name] = Mark("" if number else ticket.fingerprint, path, name)
    return tuple(found.values())


def _first_sites(ticket: Ticket) -> Iterator[tuple[str, str]]:
    """Files and names of the table of places, which go together one by one or, if one of them is alone, with all."""
    paths = list(dict.fromkeys(place.path for place in ticket.places))
    names = [_named(name) for name in ticket.names]
    if len(names) == len(ticket.places):
        yield from zip((place.path for place in ticket.places), names, strict=True)
    else:
        yield from ((path, name) for name in names for path in paths)


def _named(name: str) -> str:
    """The class that somebody means, without what marks a call or its method."""
    return name.strip().removesuffix(_CALL).removesuffix(_METHOD)


class _Old(NamedTuple):
    """A ticket as a group of another time."""

    unit: UnitKind
    members: Sequence[IdentifiedMember]


class Homes:
    """Groups, to find among them those that tickets are about."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._groups = tuple(groups)
        self._by_fingerprint: dict[str, list[int]] = {}
        self._by_place: dict[tuple[str, str], list[int]] = {}
        for number, group in enumerate(self._groups):
            for member in group.members:
                for fingerprint in (member.fingerprint, *member.forwards):
                    self._by_fingerprint.setdefault(fingerprint, []).append(number)
                self._by_place.setdefault((member.path, _last(member.qualname)), []).append(number)

    def home(self, ticket: Ticket) -> Group | None:
        """The group that a ticket is about, if it is still there: the same by ``identity``, else one that has all of
        the ticket's members, or whose members the ticket has all."""
        sites = sites_of(ticket)
        best: tuple[tuple[object, ...], int] | None = None
        for number in self._near(sites):
            group = self._groups[number]
            pairs = shared(sites, group)
            same = is_same_group(_Old(group.unit, _resolved(sites, group)), group)
            if not pairs or not (same or len(pairs) == min(len(sites), len(group.members))):
                continue
            nearness = (
                ticket.group == group.id,
                same,
                len(pairs),
                _unit_of(ticket) in (None, group.unit),
                group.suppressed is None,
                -number,
            )
            if best is None or nearness > best[0]:
                best = (nearness, number)
        return None if best is None else self._groups[best[1]]

    def _near(self, sites: Iterable[Mark]) -> list[int]:
        found: set[int] = set()
        for site in sites:
            found.update(self._by_fingerprint.get(site.fingerprint, ()))
            found.update(self._by_place.get((site.path, _last(site.qualname)), ()))
        return sorted(found)


def shared(sites: Sequence[Mark], group: Group) -> Mapping[int, int]:
    """Which site is which member of a group, by their indices."""
    return matched(_resolved(sites, group), group.members)


def _resolved(sites: Sequence[Mark], group: Group) -> list[Mark]:
    """The sites with the qualified names and, for a class that was known by its forward or the other way round, the
    fingerprints that the members of a group have."""
    names = {(member.path, member.qualname) for member in group.members}
    by_forward = {one: member.fingerprint for member in group.members for one in member.forwards}
    found = []
    for site in sites:
        qualname = site.qualname
        if (site.path, qualname) not in names:
            ending = f".{qualname}"
            longer = [name for path, name in sorted(names) if path == site.path and name.endswith(ending)]
            qualname = longer[0] if longer else qualname
        # No member has an empty fingerprint.
        found.append(replace(site, qualname=qualname, fingerprint=by_forward.get(site.fingerprint, site.fingerprint)))
    return found


def _unit_of(ticket: Ticket) -> UnitKind | None:
    """What the rule of a ticket compares, if it says that."""
    if not ticket.rule:
        return None
    return UnitKind.CLASS if ticket.rule == "ESP104" else UnitKind.FORWARD


def _last(qualname: str) -> str:
    return qualname.rpartition(".")[2]
