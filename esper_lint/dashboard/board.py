"""All that the pages show, gathered once: ``board_of`` reads, and everything after it is pure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from esper_lint.analysis import analyse
from esper_lint.config import Config
from esper_lint.findings import Finding, Group, Report
from esper_lint.output.format import Sources
from esper_lint.progress import Progress

if TYPE_CHECKING:
    from esper_lint.dashboard.review_queue import Card


@dataclass(frozen=True)
class Board:
    """``project`` is what the project is called; ``scanned`` when it was, ISO 8601.

    Nothing of a board changes; who scans again makes another one.
    """

    project: str
    scanned: str
    report: Report
    sources: Sources

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
    def cards(self) -> tuple[Card, ...]:
        """All groups in the order of the queue."""
        from esper_lint.dashboard.review_queue import card_of, ordered

        return tuple(ordered(card_of(group, self.states_of(group), "") for group in self.report.groups))

    def states_of(self, group: Group) -> tuple[str, ...]:
        """The states of the queue that a group is in."""
        return ("silent",) if group.suppressed else ("unreviewed",)


def board_of(
    config: Config, paths: Sequence[str], cwd: str, *, progress: Progress | None = None, now: datetime | None = None
) -> Board:
    """Scan ``paths`` and read all else there is.  Raises what ``analyse`` raises."""
    from esper_lint.cli.sources import FileLines

    report = analyse(paths, config, cwd=cwd, progress=progress)
    scanned = (now or datetime.now(timezone.utc)).isoformat(timespec="minutes")
    return Board(os.path.basename(config.project) or "project", scanned, report, FileLines(config.project))
