"""Tickets as the board has them: by a key that an address can hold, and each with what its reviewers have come to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from esper_lint.findings import Group
from esper_lint.tickets.detection import Detection, Found, Scan, code_of
from esper_lint.tickets.quorum import Decision, decision, is_stale
from esper_lint.tickets.ticket import Review

if TYPE_CHECKING:
    from esper_lint.tickets.health import Diagnostic
    from esper_lint.tickets.reading import Reading

_PLAIN = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket, the group that it is about, and what the reviewers say of the code of now.

    ``key`` stands for it in addresses; it is no path, and is only ever looked up.  ``code`` names what the group's
    members say, empty if there is none.
    """

    key: str
    found: Found
    code: str
    decision: Decision
    diagnostics: tuple[Diagnostic, ...]

    @property
    def reading(self) -> Reading:
        return self.found.reading

    @property
    def detection(self) -> Detection:
        return self.found.detection

    @property
    def group(self) -> Group | None:
        return self.found.group

    @property
    def has_verdicts(self) -> bool:
        return any(one.verdict is not None for one in self.reading.ticket.reviews)

    def is_stale(self, review: Review) -> bool:
        return is_stale(review, self.code)

    def states(self) -> tuple[str, ...]:
        """The states of the review queue that the group of this ticket is in."""
        found = ["stale"] if self.decision.stale else []
        words = self.decision.words
        if self.reading.state.is_closed and self.detection is not Detection.REOPENED:
            found.append("decided")
        elif not self.has_verdicts:
            found.append("unreviewed")
        elif words.startswith("PENDING"):
            found.append("pending")
        else:
            found.append("split" if words == "SPLIT" else "decided")
        return tuple(found)


def filed(scan: Scan, diagnostics: Iterable[Diagnostic], reviewers: int) -> Mapping[str, Filed]:
    """All tickets of a scan by their keys, in its order."""
    odd: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        odd.setdefault(diagnostic.name, []).append(diagnostic)
    keys = dict(_keys([one.reading for one in scan.found]))
    found = {}
    for one in scan.found:
        code = code_of(one.group) if one.group is not None else ""
        name, reviews = one.reading.name, one.reading.ticket.reviews
        decided = decision(reviews, code, reviewers)
        found[keys[name]] = Filed(keys[name], one, code, decided, tuple(odd.get(name, ())))
    return found


def first_of(tickets: Sequence[Filed]) -> Filed | None:
    """Of several tickets about a group the one that its reviews belong to: an open one, if there is one."""
    return next((one for one in tickets if not one.reading.state.is_closed), tickets[0] if tickets else None)


def _keys(readings: Sequence[Reading]) -> Iterator[tuple[str, str]]:
    """The key of each ticket by its name: its id, or, where that is not plain or not its own, one made of its name."""
    ids = Counter(one.ticket.id for one in readings)
    for one in readings:
        is_plain = _PLAIN.fullmatch(one.ticket.id) and ids[one.ticket.id] == 1
        made = blake2b(one.name.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
        yield one.name, one.ticket.id if is_plain else f"file-{made}"
