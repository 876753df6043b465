"""A project's dashboard, put together: the first scan, the app behind its guards, and what is printed meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
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


class Dashboard:
    """``app`` is what answers requests to ``origins``; the first of them is in the first link."""

    def __init__(self, board: Board, paths: Sequence[str], config: Config, cwd: str, origins: Sequence[Origin]) -> None:
        # Nothing may fork beside the threads that answer requests.
        alone = replace(config, jobs=1)

        def planner() -> Planner:
            return Planner(lambda group: preview_of(alone, paths, cwd, group))

        def scan(progress: Progress) -> None:
            self.shown.show(board_of(alone, paths, cwd, plans=planner(), progress=progress))

        self._origins = origins
        self.sessions = Sessions()
        self.shown = Shown(replace(board, plans=planner()), lambda shown: with_tickets(shown, alone))
        self.rescanner = Rescanner(scan, _tell)
        desk = Desk(self.shown, alone, self.rescanner.start)
        self.app = guarded(
            app_of(self.shown, desk.actions, self.rescanner), origins, self.sessions, spent=self._print_link, tell=_tell
        )

    @classmethod
    def scanned(
        cls, paths: Sequence[str], config: Config, cwd: str, origins: Sequence[Origin], progress: Progress
    ) -> Dashboard:
        """The dashboard of what there is now.  Raises what ``analyse`` raises."""
        return cls(board_of(config, paths, cwd, progress=progress), paths, config, cwd, origins)

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
