"""A project's dashboard, put together: the first scan, the app behind its guards, and what is printed meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from socket import socket

from esper_lint.config import Config
from esper_lint.dashboard.board import Board, board_of, with_tickets
from esper_lint.dashboard.fix_preview import preview_of
from esper_lint.dashboard.serving.app import app_of
from esper_lint.dashboard.serving.guarding import guarded
from esper_lint.dashboard.serving.listening import serve
from esper_lint.dashboard.serving.origins import Origin
from esper_lint.dashboard.serving.planner import Planner
from esper_lint.dashboard.serving.rescanning import Rescanner
from esper_lint.dashboard.serving.sessions import Sessions
from esper_lint.dashboard.serving.showing import Shown
from esper_lint.dashboard.serving.signing_in import TOKEN
from esper_lint.dashboard.serving.writes import Desk
from esper_lint.progress import Progress
from esper_lint.tickets.folder import ticket_folder


@dataclass(frozen=True, slots=True)
class Subject:
    """What is scanned: ``paths`` as seen from ``cwd``; ``verify`` are files with the JSON of ``esper-lint verify``."""

    paths: Sequence[str]
    config: Config
    cwd: str
    verify: Sequence[str] = ()

    def board(self, progress: Progress) -> Board:
        """What there is now.  Raises what ``board_of`` raises."""
        alone = replace(self.config, jobs=1)  # plans are made beside the threads that answer requests
        plans = Planner(lambda group: preview_of(alone, self.paths, self.cwd, group))
        return board_of(self.config, self.paths, self.cwd, verify=self.verify, plans=plans, progress=progress)


class Dashboard:
    """``app`` is what answers requests to ``origins``; the first of them is in the first link."""

    def __init__(self, subject: Subject, origins: Sequence[Origin], progress: Progress) -> None:
        """Scans the subject.  Raises what ``board_of`` raises."""
        first = subject.board(progress)
        # From here on there are threads that answer requests, and nothing may fork beside them.
        alone = replace(subject, config=replace(subject.config, jobs=1))
        self._origins = origins
        self.sessions = Sessions()
        tickets = ticket_folder(alone.config)
        self.shown = Shown(first, lambda board: with_tickets(board, alone.config, tickets))
        self.rescanner = Rescanner(lambda told: self.shown.show(alone.board(told)), _tell)
        desk = Desk(self.shown, alone.config, self.rescanner.start)
        app = app_of(self.shown, desk.actions, self.rescanner)
        self.app = guarded(app, origins, self.sessions, spent=self._print_link, tell=_tell)

    @property
    def link(self) -> str:
        """The address that signs in the next browser."""
        return self._link(self._origins[0])

    def serve(self, at: socket) -> None:
        """Answer at a socket until Ctrl-C.  Each time that a link was used, the next one is printed."""
        try:
            serve(self.app, at)
        finally:
            self.rescanner.end()

    def _link(self, origin: Origin) -> str:
        return f"{origin}/?{TOKEN}={self.sessions.token}"

    def _print_link(self, origin: Origin) -> None:
        with suppress(OSError):  # that nobody reads on is no reason to send away who has just signed in
            print(self._link(origin), flush=True)


def _tell(line: str) -> None:
    with suppress(OSError):
        print(f"esper-lint: {line}", file=sys.stderr, flush=True)
