"""Forms -> tickets, contracts and plans: one write at a time, each on what its writer has read.

Nothing is written but through the ticket folder, which refuses a ticket that has changed, and through ``accept``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from threading import Lock

from esper_lint.config import Config
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.filed import first_of
from esper_lint.dashboard.serving.outcomes import Declined, Write, Written
from esper_lint.dashboard.serving.planner import Planner
from esper_lint.dashboard.serving.showing import Shown
from esper_lint.dashboard.serving.ticket_changes import changes
from esper_lint.dashboard.serving.wishes import wish_of
from esper_lint.findings import Group
from esper_lint.fixing.transaction import HalfWritten
from esper_lint.tickets.accepting import Refused, accept
from esper_lint.tickets.detection import code_of
from esper_lint.tickets.folder import shown_path, ticket_folder
from esper_lint.tickets.making import Maker
from esper_lint.tickets.patching import CannotPatch, TicketChanged
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.reviewing import NotReviewed, patches_of, review_of
from esper_lint.tickets.store import NotWritten
from esper_lint.tickets.ticket import Review, Ticket

_GONE = Declined(409, "It is not in the last scan any more.")
_OTHER_CODE = "The code has changed since you read it. Look at it, then send this again."
_CHANGED = "The ticket has changed since you read it."


class Desk:
    """Where forms are taken.  ``rescan`` begins a scan, which is due after code was written."""

    def __init__(self, shown: Shown, config: Config, rescan: Callable[[], object]) -> None:
        self._shown = shown
        self._config = config
        self._rescan = rescan
        self._folder = ticket_folder(config)
        self._lock = Lock()

    @property
    def actions(self) -> Mapping[str, Write]:
        """The writes by the names of ``routes.ACTIONS``."""
        return {
            "review_group": self.review_group,
            "review_ticket": self.review_ticket,
            "accept": self.accept,
            "plan": self.plan,
        }

    def review_group(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Record a verdict on a group: in its ticket, or in one that is made for it."""
        with self._lock:
            board = self._board(fields, lambda board: _reading_on(board, board.groups.get(id)))
            group = board.groups.get(id)
            if group is None:
                return _GONE
            return self._reviewed(board, group, _reading_on(board, group), fields)

    def review_ticket(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Record a verdict in a ticket, whatever there is of its group."""
        with self._lock:
            board = self._board(fields, lambda board: board.filed[id].reading if id in board.filed else None)
            filed = board.filed.get(id)
            if filed is None:
                return _GONE
            return self._reviewed(board, filed.group, filed.reading, fields)

    def accept(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Accept a group by design: a contract in the code, and what was said of it in the ticket."""
        with self._lock:
            board = self._board(fields, lambda board: _reading_on(board, board.groups.get(id)))
            group = board.groups.get(id)
            if group is None:
                return _GONE
            wish = wish_of(fields)
            if isinstance(wish, Declined):
                return wish
            reading = _reading_on(board, group)
            outdated = self._outdated(group, reading, fields)
            if outdated is not None:
                return outdated
            ticket = reading or self._made(board, group)
            try:
                outcome = accept(self._config, self._folder, ticket, group, wish, today=_today())
            except (HalfWritten, NotWritten) as error:
                return Declined(503, _sentence(str(error)))
            board = self._shown.reread()
            if isinstance(outcome, Refused):
                if outcome.is_stale:
                    return self._changed(fields, _named(board, reading))
                return Declined(422, _sentence(outcome.message))
            self._rescan()
            where = ", ".join(outcome.files)
            return Written(f"Contract {outcome.contract} is in {where}. The code is being scanned again.")

    def plan(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Have the fix of a group planned, for the page that shows it."""
        board = self._shown.board
        if id not in board.groups or not isinstance(board.plans, Planner):
            return _GONE
        board.plans.ask(id)
        return Written("")

    def _board(self, fields: Mapping[str, str], reading_in: Callable[[Board], Reading | None]) -> Board:
        """The board to write on.  Where the ticket is the one that the writer has read, the folder itself says whether
        it still is; else all tickets are read again, which takes a second for 10,000."""
        board = self._shown.board
        reading = reading_in(board)
        is_known = reading is not None and reading.digest == fields.get("expected", "")
        return board if is_known else self._shown.reread()

    def _reviewed(
        self, board: Board, group: Group | None, reading: Reading | None, fields: Mapping[str, str]
    ) -> Written | Declined:
        review = review_of(
            fields.get("reviewer", ""),
            fields.get("verdict", ""),
            fields.get("evaluation", ""),
            qualifier=fields.get("qualifier", ""),
            today=_today(),
            code=code_of(group) if group else "",
        )
        if isinstance(review, NotReviewed):
            return Declined(422, _sentence(f"{review.field}: {review.message}"))
        outdated = self._outdated(group, reading, fields)
        if outdated is not None:
            return outdated
        try:
            written = self._put(board, group, reading, review)
        except TicketChanged:
            return self._changed(fields, _named(self._shown.reread(), reading))
        except CannotPatch as error:
            return Declined(422, _sentence(str(error)))
        except NotWritten as error:
            return Declined(503, _sentence(str(error)))
        self._shown.reread()
        return Written(f"The verdict of {review.reviewer} is in {shown_path(self._config, written.name)}.")

    def _put(self, board: Board, group: Group | None, reading: Reading | None, review: Review) -> Reading:
        word = self._config.support_word
        if reading is not None:
            return self._folder.patch(reading.name, patches_of(review, reading.ticket, word), reading.digest)
        assert group is not None  # a form is about a ticket or about a group
        ticket = replace(self._made(board, group), reviews=(review,))
        return self._folder.create(ticket, support_word=word)

    def _made(self, board: Board, group: Group) -> Ticket:
        known = [one.reading.ticket for one in board.filed.values()]
        return Maker(self._config, known, board.sources, today=_today(), files=self._folder.names())(group)

    def _outdated(self, group: Group | None, reading: Reading | None, fields: Mapping[str, str]) -> Declined | None:
        """Whether who filled in this form had something else before them than what there is."""
        if fields.get("code", "") != (code_of(group) if group else ""):
            return Declined(409, _OTHER_CODE)
        if fields.get("expected", "") != (reading.digest if reading else ""):
            return self._changed(fields, reading)
        return None

    def _changed(self, fields: Mapping[str, str], reading: Reading | None) -> Declined:
        if reading is None:
            return Declined(409, _CHANGED, ("the ticket is gone",))
        now = reading.ticket
        before = self._shown.ticket_at(fields.get("expected", "")) or replace(now, reviews=())
        return Declined(409, _CHANGED, tuple(changes(before, now)))


def _reading_on(board: Board, group: Group | None) -> Reading | None:
    """The ticket that a group's page shows, if it has one."""
    filed = first_of(board.filed_by_group.get(group.id, ())) if group else None
    return filed.reading if filed else None


def _named(board: Board, reading: Reading | None) -> Reading | None:
    """What has become of a ticket; None if it is gone."""
    name = reading.name if reading else ""
    return next((one.reading for one in board.filed.values() if one.reading.name == name), None)


def _today() -> str:
    return date.today().isoformat()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
