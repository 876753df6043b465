"""A project -> its report, its tickets, and what they say of each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from esper_lint.analysis import analyse
from esper_lint.config import Config
from esper_lint.findings import Report
from esper_lint.output.format import Sources
from esper_lint.progress import Progress
from esper_lint.tickets.detection import Scan, against
from esper_lint.tickets.folder import ticket_folder
from esper_lint.tickets.voiding import void_in

if TYPE_CHECKING:
    from esper_lint.tickets.store import TicketFolder


@dataclass(frozen=True, slots=True)
class Scanned:
    report: Report
    folder: TicketFolder
    scan: Scan


def scanned(config: Config, sources: Sources, progress: Progress, *, use_cache: bool = True) -> Scanned:
    """All tickets against all that is there.  Raises what ``analyse`` raises, and NotWritten for a folder that cannot
    be read."""
    report = whole_report(config, progress, use_cache=use_cache)
    folder = ticket_folder(config)
    return Scanned(report, folder, scan_of(config, folder, report, sources))


def whole_report(config: Config, progress: Progress, *, use_cache: bool = True) -> Report:
    """What is there, whichever rules are selected: a finding is not gone because nobody wants to see its rule."""
    everything = replace(config, select=(), ignore=())
    return analyse((config.project,), everything, cwd=config.project, use_cache=use_cache, progress=progress)


def scan_of(config: Config, folder: TicketFolder, report: Report, sources: Sources) -> Scan:
    """The tickets of now against a report that is known, as ``whole_report`` makes it."""

    def text(path: str) -> str:
        try:
            return "\n".join(sources(path))
        except OSError:
            return ""

    return against(folder.readings(), report, void_in(config.project, text))
