"""Verdicts that were given on the static report, as the JSON that it downloads -> reviews to be written.

The report may be old.  A verdict is written if its ticket is what the reviewer saw, or if nothing has changed in it but
that others have reviewed it too; else it is refused, and the reviewer looks again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from enum import Enum
from hashlib import blake2b

from esper_lint.findings import Group
from esper_lint.tickets.detection import Scan
from esper_lint.tickets.patching import CannotPatch, TicketChanged
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.reviewing import NotReviewed, patches_of, review_of
from esper_lint.tickets.reviews import reviewer_key
from esper_lint.tickets.store import NotWritten, TicketFolder
from esper_lint.tickets.ticket import Review, Ticket

SCHEMA_VERSION = 1
MOST = 10_000


class NotVerdicts(Exception):
    """A file holds no verdicts; the message is one line."""


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as it was given.

    ``ticket`` is an id, empty where the ``group`` had no ticket.  ``digest`` is that of the ticket that was seen and
    ``core`` what ``core_of`` said of it; both are empty where there was none.  ``code`` names the code that was seen.
    """

    ticket: str
    group: str
    digest: str
    core: str
    code: str
    reviewer: str
    verdict: str
    qualifier: str
    evaluation: str


def core_of(ticket: Ticket) -> str:
    """A name for all that a ticket says beside its reviews."""
    text = repr(replace(ticket, reviews=()))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def verdicts_in(data: bytes) -> tuple[Given, ...]:
    """``{"schema_version": 1, "verdicts": [{...}]}``, each with the fields of ``Given``, all of them texts.

    Raises NotVerdicts.
    """
    try:
        document = json.loads(data)
        if not isinstance(document, dict):
            raise NotVerdicts("it holds no object")
        if document["schema_version"] != SCHEMA_VERSION:
            raise NotVerdicts(f"its schema_version is not {SCHEMA_VERSION}")
        verdicts = document["verdicts"]
        if not isinstance(verdicts, list):
            raise NotVerdicts("its verdicts are no list")
        if len(verdicts) > MOST:
            raise NotVerdicts(f"more than {MOST:,} verdicts")
        return tuple(_given(verdicts))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotVerdicts(f"it is no file of verdicts: {type(error).__name__}: {error}") from None


class How(str, Enum):
    """MERGED: others have reviewed the ticket since the report was made.  KEPT: the same verdict was there already."""

    WRITTEN = "written"
    MERGED = "merged"
    CREATED = "created"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Imported:
    """``name`` is the ticket's file in the ticket folder."""

    name: str
    how: How


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a verdict was not written, in one line."""

    message: str


class Importer:
    """Writes verdicts one after the other; what one of them has changed does not refuse the next."""

    def __init__(
        self,
        folder: TicketFolder,
        scan: Scan,
        made: Callable[[Group], Ticket],
        *,
        today: str,
        support_word: str,
    ) -> None:
        self._folder, self._made = folder, made
        self._today, self._support_word = today, support_word
        self._tickets = {one.reading.ticket.id.casefold(): one.reading for one in scan.found}
        self._groups = {one.id: one for one in scan.new}
        self._created: dict[str, str] = {}

    def imported(self, given: Given) -> Imported | Refused:
        """What became of a verdict."""
        review = review_of(
            given.reviewer,
            given.verdict,
            given.evaluation,
            qualifier=given.qualifier,
            today=self._today,
            code=given.code,
        )
        if isinstance(review, NotReviewed):
            return Refused(review.message)
        try:
            return self._written(given, review)
        except (TicketChanged, CannotPatch, NotWritten) as error:
            return Refused(str(error))

    def _written(self, given: Given, review: Review) -> Imported | Refused:
        identity = (given.ticket or self._created.get(given.group, "")).casefold()
        if not identity:
            return self._in_new(given, review)
        reading = self._tickets.get(identity)
        if reading is None:
            return Refused("there is no such ticket")
        if any(_is_same(one, review) for one in reading.ticket.reviews):
            return Imported(reading.name, How.KEPT)
        how = How.WRITTEN if reading.digest == given.digest or not given.ticket else How.MERGED
        problem = conflict(given, reading.ticket, reading.digest) if given.ticket else ""
        if problem:
            return Refused(problem)
        self._put(reading, review)
        return Imported(reading.name, how)

    def _in_new(self, given: Given, review: Review) -> Imported | Refused:
        group = self._groups.get(given.group)
        if group is None:
            return Refused("there is no such group without a ticket; it has one now, or is gone")
        reading = self._folder.create(self._made(group))
        self._created[group.id] = reading.ticket.id
        self._put(reading, review)
        return Imported(reading.name, How.CREATED)

    def _put(self, reading: Reading, review: Review) -> None:
        patches = patches_of(review, reading.ticket, self._support_word)
        patched = self._folder.patch(reading.name, patches, reading.digest)
        self._tickets[patched.ticket.id.casefold()] = patched


def conflict(given: Given, ticket: Ticket, digest: str) -> str:
    """Why a verdict may not be written to a ticket as it is now, in one line; empty if it may."""
    if digest == given.digest:
        return ""
    if core_of(ticket) != given.core:
        return "the ticket has changed since the report was made"
    if any(_name(one) == _name(given) for one in ticket.reviews):
        return "the reviewer has a review in the ticket that may not be the one that the report showed"
    return ""


def _is_same(one: Review, other: Review) -> bool:
    return _name(one) == _name(other) and (one.verdict, one.qualifier, one.evaluation) == (
        other.verdict,
        other.qualifier,
        other.evaluation,
    )


def _given(verdicts: list[object]) -> Iterator[Given]:
    for number, one in enumerate(verdicts, start=1):
        if not isinstance(one, dict):
            raise NotVerdicts(f"verdict {number} is no object")
        values = {field.name: one.get(field.name) or "" for field in fields(Given)}
        wrong = next((name for name, value in values.items() if not isinstance(value, str)), None)
        if wrong is not None:
            raise NotVerdicts(f"verdict {number}: {wrong} is no text")
        yield Given(**{name: str(value) for name, value in values.items()})


def _name(one: Review | Given) -> str:
    return reviewer_key(" ".join(one.reviewer.split()))
