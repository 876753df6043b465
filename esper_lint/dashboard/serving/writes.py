"""Forms -> tickets, and contracts: one write at a time, each on what its writer has read.

Nothing is written but through the ticket folder, which refuses a ticket that has changed, and through ``accept``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import TypeVar

from esper_lint.config import Config
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.serving.outcomes import Declined, Write, Written
from esper_lint.dashboard.serving.showing import Shown
from esper_lint.dashboard.serving.ticket_changes import changes
from esper_lint.findings import Group
from esper_lint.fixing.transaction import HalfWritten
from esper_lint.tickets.acceptance import Reason, Trigger
from esper_lint.tickets.accepting import Refused, Wish, accept
from esper_lint.tickets.detection import code_of
from esper_lint.tickets.folder import ticket_folder
from esper_lint.tickets.ids import Ids
from esper_lint.tickets.making import Origin, ticket_of
from esper_lint.tickets.patching import CannotPatch, PutReview, SetCell, TicketChanged
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.reviewing import NotReviewed, review_of
from esper_lint.tickets.store import NotWritten
from esper_lint.tickets.ticket import Review

_NO_SUCH = Declined(404, "that is not in the last scan any more")
_OTHER_CODE = "the code has changed since you read it: look at it again, then send your verdict again"
_CHANGED = "the ticket has changed since you read it, and nothing was written: see what changed, then send this again"


class Desk:
    """Where forms are taken.  ``rescan`` begins a scan, as is due after code was written."""

    def __init__(self, shown: Shown, config: Config, rescan: Callable[[], object]) -> None:
        self._shown = shown
        self._config = config
        self._rescan = rescan
        self._folder = ticket_folder(config)
        self._lock = Lock()

    @property
    def actions(self) -> Mapping[str, Write]:
        """The writes by the names of ``routes.ACTIONS``."""
        return {"review_group": self.review_group, "review_ticket": self.review_ticket, "accept": self.accept}

    def review_group(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Record a verdict on a group: in its ticket, or in one that is made for it."""
        with self._lock:
            board = self._shown.reread()
            group = board.groups.get(id)
            if group is None:
                return _NO_SUCH
            return self._reviewed(board, group, _ticket_on(board, group), fields)

    def review_ticket(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Record a verdict in a ticket, whatever there is of its group."""
        with self._lock:
            board = self._shown.reread()
            reading = board.filed.get(id)
            if reading is None:
                return _NO_SUCH
            return self._reviewed(board, board.group_of(reading), reading, fields)

    def accept(self, id: str, fields: Mapping[str, str]) -> Written | Declined:
        """Accept a group by design: a contract in the code, and what was said of it in the ticket."""
        with self._lock:
            board = self._shown.reread()
            group = board.groups.get(id)
            if group is None:
                return _NO_SUCH
            wish = _wish(fields)
            if isinstance(wish, Declined):
                return wish
            reading = _ticket_on(board, group)
            declined = self._outdated(group, reading, fields)
            if declined is not None:
                return declined
            try:
                reading = reading or self._folder.create(self._made(board, group))
                outcome = accept(self._config, self._folder, reading, group, wish, today=_today(), expected=reading.digest)
            except (NotWritten, HalfWritten) as error:
                return Declined(503, str(error))
            finally:
                self._shown.reread()
            if isinstance(outcome, Refused):
                return Declined(409 if outcome.is_stale else 422, outcome.message)
            self._rescan()
            where = ", ".join(outcome.files)
            return Written(f"Contract {outcome.contract} is in {where}; the code is being scanned again.")

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
            return Declined(422, review.message)
        declined = self._outdated(group, reading, fields)
        if declined is not None:
            return declined
        try:
            written = self._put(board, group, reading, review)
        except TicketChanged:
            self._shown.reread()
            return self._changed(fields.get("expected", ""), reading and self._shown.current(reading.name))
        except CannotPatch as error:
            return Declined(422, str(error))
        except NotWritten as error:
            return Declined(503, str(error))
        self._shown.reread()
        return Written(f"The verdict of {review.reviewer} is in {written.name}.")

    def _put(self, board: Board, group: Group | None, reading: Reading | None, review: Review) -> Reading:
        if reading is not None:
            patches = (PutReview(review), SetCell("Updated", review.date))
            return self._folder.patch(reading.name, patches, reading.digest)
        assert group is not None  # a form is about a ticket or about a group
        return self._folder.create(replace(self._made(board, group), reviews=(review,)))

    def _outdated(self, group: Group | None, reading: Reading | None, fields: Mapping[str, str]) -> Declined | None:
        """Why somebody who filled in this form has read something else than what there is."""
        if fields.get("code") and (group is None or fields["code"] != code_of(group)):
            return Declined(409, _OTHER_CODE)
        expected = fields.get("expected", "")
        return None if expected == (reading.digest if reading else "") else self._changed(expected, reading)
