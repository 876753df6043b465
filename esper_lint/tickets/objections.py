"""Tickets -> who objects to changing which clone groups, which is all that ``fix`` wants to know of tickets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esper_lint.config import Config, ConfigError
from esper_lint.earlier import Mark
from esper_lint.findings import Group
from esper_lint.tickets.health import UNREADABLE
from esper_lint.tickets.quorum import latest, scope_of
from esper_lint.tickets.sites import shared, sites_of
from esper_lint.tickets.ticket import Scope, Verdict

if TYPE_CHECKING:
    from esper_lint.tickets.reading import Reading


@dataclass(frozen=True, slots=True)
class Objection:
    """Who objects to what; ``ticket`` is the ticket's id, and ``name`` its file in the ticket folder."""

    ticket: str
    name: str
    reviewer: str
    scope: Scope

    def __str__(self) -> str:
        what = {Scope.ALL: "any fix", Scope.INHERIT: "inheritance", Scope.MERGE: "merging"}[self.scope]
        return f"{self.reviewer or 'a reviewer'} objects to {what} in {self.ticket or self.name}"


class Objections:
    """The objections of all tickets, closed ones and verdicts on other code included: what was objected to is not done
    because something was edited, but once the reviewer, or whoever overrides, has said so."""

    def __init__(self, readings: Iterable[Reading] = ()) -> None:
        self._sites: list[Sequence[Mark]] = []
        self._made: list[tuple[Objection, ...]] = []
        self._near: dict[object, list[int]] = {}
        for reading in readings:
            made = tuple(
                Objection(reading.ticket.id, reading.name, one.reviewer, scope_of(one))
                for one in latest(reading.ticket.reviews)
                if one.verdict is Verdict.OBJECT
            )
            if made:
                self._add(made, sites_of(reading.ticket))

    def to(self, group: Group) -> tuple[Objection, ...]:
        """Those that concern a group: two members of it are in the ticket, or the only one that the ticket names.

        The group may be what earlier fixes have left of another one, so its id and kind decide nothing.
        """
        found: list[Objection] = []
        for number in self._candidates(group):
            sites = self._sites[number]
            if len(shared(sites, group)) >= min(2, len(sites)):
                found.extend(self._made[number])
        return tuple(found)

    def _add(self, made: tuple[Objection, ...], sites: Sequence[Mark]) -> None:
        number = len(self._made)
        self._made.append(made)
        self._sites.append(sites)
        for site in sites:
            keys = {site.fingerprint, (site.path, site.qualname.rpartition(".")[2])}
            for key in keys - {""}:
                self._near.setdefault(key, []).append(number)

    def _candidates(self, group: Group) -> list[int]:
        keys = [
            key
            for member in group.members
            for key in (member.fingerprint, *member.forwards, (member.path, member.qualname.rpartition(".")[2]))
        ]
        return sorted({number for key in keys for number in self._near.get(key, ())})


def blocking(objections: Iterable[Objection], *, merges: bool) -> tuple[Objection, ...]:
    """Those that stand in the way of a fix; one that ``merges`` gives classes a common base, or makes them one."""
    return tuple(one for one in objections if merges or one.scope is Scope.ALL)


def objected(config: Config) -> Objections:
    """What the tickets of a project object to; nothing where it has none.

    Raises ConfigError for a ticket that cannot be read, since nobody knows what it objects to.
    """
    from esper_lint.tickets.folder import has_tickets, shown_path, ticket_folder  # nothing of it without tickets

    if not has_tickets(config):
        return Objections()
    readings = ticket_folder(config).readings()
    for reading in readings:
        for one in reading.diagnostics:
            if one.code == UNREADABLE:
                raise ConfigError(f"{shown_path(config, reading.name)}: {one.message}; it may object to a fix")
    return Objections(readings)
