"""All that the pages show, gathered once: ``board_of`` reads, and everything after it is pure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from esper_lint.analysis import analyse
from esper_lint.config import Config
from esper_lint.dashboard.equivalence import Verification, verification_of
from esper_lint.dashboard.filed import Filed, filed, first_of
from esper_lint.dashboard.fix_preview import KnownPlans, Plans
from esper_lint.dashboard.review_queue import Card, card_of, ordered
from esper_lint.findings import Finding, Group, Report
from esper_lint.output.format import Sources
from esper_lint.progress import Progress, Silence
from esper_lint.tickets.folder import has_tickets, ticket_folder
from esper_lint.trend import known

if TYPE_CHECKING:
    from esper_lint.tickets.detection import Scan
    from esper_lint.tickets.health import Diagnostic
    from esper_lint.tickets.store import TicketFolder
    from esper_lint.trend.records import Trend


@dataclass(frozen=True)
class Board:
    """``project`` is what the project is called; ``scanned`` when it was, ISO 8601.

    ``whole`` is the report of all that there is, which tickets are held against; ``scan`` is None where there is no
    folder of tickets.  ``reviewers`` is how many verdicts decide.  Nothing of a board changes, but ``plans`` may know
    more later; who scans again makes another board.
    """

    project: str
    scanned: str
    report: Report
    sources: Sources
    reviewers: int = 3
    whole: Report | None = None
    scan: Scan | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    verification: Verification = field(default_factory=Verification)
    trend: Trend | None = None
    plans: Plans = field(default_factory=lambda: KnownPlans({}))

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        return {group.id: group for group in self.report.groups}

    @cached_property
    def findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """By the id of their group."""
        found: dict[str, list[Finding]] = {}
        for finding in self.report.findings:
            if finding.group is not None:
                found.setdefault(finding.group, []).append(finding)
        return {group: tuple(findings) for group, findings in found.items()}

    @cached_property
    def filed(self) -> Mapping[str, Filed]:
        """The tickets by their keys."""
        return {} if self.scan is None else filed(self.scan, self.diagnostics, self.reviewers)

    @cached_property
    def filed_by_group(self) -> Mapping[str, tuple[Filed, ...]]:
        found: dict[str, list[Filed]] = {}
        for one in self.filed.values():
            if one.group is not None:
                found.setdefault(one.group.id, []).append(one)
        return {group: tuple(tickets) for group, tickets in found.items()}

    @cached_property
    def cards(self) -> Mapping[str, Card]:
        """All groups by their ids, in the order of the queue."""
        return {card.id: card for card in ordered(self._card(group) for group in self.report.groups)}

    def _card(self, group: Group) -> Card:
        ticket = first_of(self.filed_by_group.get(group.id, ()))
        if group.suppressed:
            return card_of(group, ("silent",), "silent")
        if ticket is None:
            return card_of(group, ("unreviewed",), "unreviewed")
        states = ticket.states()
        words = ticket.decision.words if ticket.has_verdicts else ticket.reading.state.value
        return card_of(group, states, f"{words}, stale" if ticket.decision.stale else words)


def board_of(
    config: Config,
    paths: Sequence[str],
    cwd: str,
    *,
    verify: Sequence[str] = (),
    plans: Plans | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Board:
    """Scan ``paths`` and read all else there is; ``verify`` are files with the JSON of ``esper-lint verify``.

    Raises what ``analyse`` raises, NotVerification for such a file, and NotWritten for tickets that cannot be read.
    """
    from esper_lint.sources import FileLines

    told = progress or Silence()
    report = analyse(paths, config, cwd=cwd, progress=told)
    board = Board(
        os.path.basename(config.project) or "project",
        (now or datetime.now(timezone.utc)).isoformat(timespec="minutes"),
        report,
        FileLines(config.project),
        config.reviewers,
        _whole(config, told) if has_tickets(config) else None,
        verification=verification_of(verify, config.project),
        trend=known(config),
        plans=plans or KnownPlans({}),
    )
    return with_tickets(board, config)


def with_tickets(board: Board, config: Config, folder: TicketFolder | None = None) -> Board:
    """The board with the tickets as they are on disk now, against the same scan.

    A ``folder`` that has been read before is read again much faster.
    """
    if not has_tickets(config):
        return replace(board, scan=None, diagnostics=())
    from esper_lint.tickets.health import cross_checked
    from esper_lint.tickets.project_scan import scan_of

    whole = board.whole or _whole(config, Silence())
    scan = scan_of(config, folder or ticket_folder(config), whole, board.sources)
    readings = [one.reading for one in scan.found]
    odd = [one for reading in readings for one in reading.diagnostics]
    odd += cross_checked(readings, lambda path: _length(board.sources, path))
    return replace(board, whole=whole, scan=scan, diagnostics=tuple(sorted(odd)))


def _whole(config: Config, progress: Progress) -> Report:
    from esper_lint.tickets.project_scan import whole_report

    return whole_report(config, progress)


def _length(sources: Sources, path: str) -> int | None:
    """How many lines a file has; None if it is not there."""
    try:
        return len(sources(path)) or None
    except OSError:
        return None
