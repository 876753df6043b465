"""The board that is shown now.  It is replaced whole, so that no page is made of two."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from esper_lint.dashboard.board import Board
from esper_lint.tickets.ticket import Ticket

_REMEMBERED = 1000


class Shown:
    """``reread`` gives the same board with the tickets as they are on disk now."""

    def __init__(self, board: Board, reread: Callable[[Board], Board]) -> None:
        self._lock = Lock()
        self._reread = reread
        self._now = (board, 1)
        self._earlier: OrderedDict[str, Ticket] = OrderedDict()

    @property
    def now(self) -> tuple[Board, int]:
        """The board and its number, which grows with every board."""
        return self._now

    @property
    def board(self) -> Board:
        return self._now[0]

    @property
    def number(self) -> int:
        return self._now[1]

    def show(self, board: Board) -> Board:
        """Show a new scan.  A verdict may have been written while it ran, so its tickets are read again."""
        with self._lock:
            return self._replace(self._reread(board))

    def reread(self) -> Board:
        """Show the tickets as they are now."""
        with self._lock:
            return self._replace(self._reread(self.board))

    def ticket_at(self, digest: str) -> Ticket | None:
        """What a ticket said that has been shown, if that was not long ago."""
        with self._lock:
            return self._earlier.get(digest) or _tickets(self.board).get(digest)

    def _replace(self, board: Board) -> Board:
        before, after = _tickets(self.board), _tickets(board)
        self._earlier.update((digest, before[digest]) for digest in before.keys() - after.keys())
        while len(self._earlier) > _REMEMBERED:
            self._earlier.popitem(last=False)
        self._now = (board, self.number + 1)
        return board


def _tickets(board: Board) -> dict[str, Ticket]:
    return {one.reading.digest: one.reading.ticket for one in board.scan.found} if board.scan else {}
