"""Tickets as the plain objects of the JSON contract (``docs/tickets.md``).  Fields may be added, never renamed."""

from __future__ import annotations

from typing import Any

from esper_lint.findings import Group, Member
from esper_lint.tickets.detection import Found, code_of
from esper_lint.tickets.making import title_of
from esper_lint.tickets.quorum import Decision, decision, is_stale
from esper_lint.tickets.sites import sites_of
from esper_lint.tickets.ticket import Ticket

SCHEMA_VERSION = 1

Object = dict[str, Any]


def decision_of(found: Found, reviewers: int) -> Decision:
    """What the reviewers of a ticket come to, on the code that its group has now."""
    return decision(found.reading.ticket.reviews, _code(found), reviewers)


def ticket_object(found: Found, reviewers: int, file: str) -> Object:
    """``file`` is the path of the ticket in the project."""
    ticket, group = found.reading.ticket, found.group
    decided = decision_of(found, reviewers)
    return {
        "id": ticket.id,
        "title": ticket.title,
        "file": file,
        "digest": found.reading.digest,
        "state": found.reading.state.value,
        "detection": found.detection.value,
        "why": found.why,
        "severity": ticket.severity and ticket.severity.value,
        "rule": ticket.rule,
        "group": group and group.id,
        "contract": found.contract,
        "created": ticket.created,
        "updated": ticket.updated,
        "resolution": ticket.resolution,
        "fixed": ticket.fixed,
        "members": [member_object(one) for one in group.members] if group else _sites(ticket),
        "decision": {
            "words": decided.words,
            "suggests": decided.suggests and decided.suggests.value,
            "objection": decided.objection and decided.objection.value,
            "severity": decided.severity and decided.severity.value,
            "stale": list(decided.stale),
        },
        "reviews": [
            {
                "reviewer": one.reviewer,
                "verdict": one.verdict and one.verdict.value,
                "qualifier": one.qualifier,
                "date": one.date,
                "evaluation": one.evaluation,
                "is_stale": is_stale(one, _code(found)),
            }
            for one in ticket.reviews
        ],
        "related": [{"id": one.id, "kind": one.kind.value, "note": one.note} for one in ticket.related],
    }


def new_object(group: Group) -> Object:
    """A group that has no ticket."""
    return {
        "group": group.id,
        "rule": group.rule,
        "severity": group.severity.value,
        "title": title_of(group),
        "members": [member_object(one) for one in group.members],
    }


def member_object(member: Member) -> Object:
    return {
        "path": member.path,
        "qualname": member.qualname,
        "line": member.line,
        "end_line": member.end_line,
        "fingerprint": member.fingerprint,
    }


def _sites(ticket: Ticket) -> list[Object]:
    """The members as the ticket has them, where they are no longer a group; lines that nobody knows are 0."""
    lines = {(one.place.path, one.qualname): one.place for one in ticket.members}
    found = []
    for site in sites_of(ticket):
        place = lines.get((site.path, site.qualname))
        first, last = (place.first, place.last) if place else (0, 0)
        found.append(
            {
                "path": site.path,
                "qualname": site.qualname,
                "line": first,
                "end_line": last,
                "fingerprint": site.fingerprint,
            }
        )
    return found


def _code(found: Found) -> str:
    return code_of(found.group) if found.group else ""
