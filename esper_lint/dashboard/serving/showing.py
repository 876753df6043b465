"""The board that is shown now.  It is replaced whole, so that no page is made of two."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from esper_lint.dashboard.board import Board


class Shown:
    """``reread`` gives the same board with the tickets as they are on disk now."""

    def __init__(self, board: Board, reread: Callable[[Board], Board]) -> None:
        self._lock = Lock()
        self._reread = reread
        self._now = (board, 1)

    @property
    def board(self) -> Board:
        return self._now[0]

    @property
    def number(self) -> int:
        """Grows with every board."""
        return self._now[1]

    def show(self, board: Board) -> Board:
        """Show a new scan.  A verdict may have been written while it ran, so its tickets are read again."""
        with self._lock:
            return self._replace(self._reread(board))

    def reread(self) -> Board:
        """Show the tickets as they are now."""
        with self._lock:
            return self._replace(self._reread(self.board))

    def _replace(self, board: Board) -> Board:
        self._now = (board, self.number + 1)
        return board
