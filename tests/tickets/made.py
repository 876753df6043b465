"""Groups, reports and tickets out of a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from esper_lint.findings import FileError, Finding, Group, Member, Report, Severity, Summary, Suppressed, UnitKind
from esper_lint.tickets.making import Origin, ticket_of
from esper_lint.tickets.reading import Reading, read_ticket
from esper_lint.tickets.ticket import Ticket
from esper_lint.tickets.writing import render

TODAY = "2026-01-02"


def member(name: str, path: str = "a.py", *, line: int = 10, code: str = "", fingerprint: str = "") -> Member:
    said = (code or f"code of {name}",)
    return Member(path, name, line, line + 9, line, 5, fingerprint or f"f-{name}", 1.0, None, 0, code=said)


def group(*members: Member, rule: str = "ESP101", suppressed: Suppressed | None = None) -> Group:
    unit = UnitKind.CLASS if rule == "ESP104" else UnitKind.FORWARD
    identity = min(one.fingerprint for one in members)
    return Group(identity, rule, unit, 1, 1.0, Severity.P3, members, (), False, suppressed=suppressed)


def report(*groups: Group, findings: Sequence[Finding] = (), unread: Iterable[str] = ()) -> Report:
    errors = tuple(FileError("ESP900", path, 1, "unreadable") for path in unread)
    return Report(Summary(1, 1, 1, len(groups), 0), groups, tuple(findings), errors)


def ticket(of: Group, identity: str = "B1-EL-01", **changes: object) -> Ticket:
    return replace(ticket_of(of, identity, Origin("1", "EL", TODAY), lambda path: ()), **changes)  # type: ignore[arg-type]


def reading(of: Group, identity: str = "B1-EL-01", *, folder: str = "", **changes: object) -> Reading:
    """The ticket of a group as it is read from a file."""
    return read_ticket(render(ticket(of, identity, **changes)).encode(), f"{folder}{identity}.md")
