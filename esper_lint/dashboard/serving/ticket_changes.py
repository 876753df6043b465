"""Two readings of a ticket -> what became of it in between, a line each, for the reviewer whose verdict came late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from esper_lint.tickets.ticket import Review, Ticket

_NAMES = {
    "id": "Ticket ID",
    "places": "Location",
    "names": "Function/Class",
    "wrong": "What's Wrong",
    "evidence": "Code Evidence",
    "why": "Why This Matters",
    "description": "Detailed Description",
    "recommendation": "Recommended Fix",
    "verification": "How to Verify the Fix",
    "verification_text": "Verification",
    "related": "Related Findings",
    "resolved": "Resolution",
    "unknown": "another section",
}
_TOLD = 60


def changes(before: Ticket, after: Ticket) -> Iterator[str]:
    """Verdicts first, then all else in the order in which a ticket has it."""
    old = {one.reviewer: one for one in before.reviews}
    new = {one.reviewer: one for one in after.reviews}
    for name, review in new.items():
        if name not in old:
            yield f"{_who(name)} wrote {_verdict(review)}"
        elif _verdict(review) != _verdict(old[name]):
            yield f"{_who(name)} changed {_verdict(old[name])} to {_verdict(review)}"
        elif review != old[name]:
            yield f"{_who(name)} says {_verdict(review)} in other words"
    for name in old.keys() - new.keys():
        yield f"the verdict of {_who(name)} is gone"
    for field in fields(Ticket):
        was, is_now = getattr(before, field.name), getattr(after, field.name)
        if field.name != "reviews" and was != is_now:
            name = _NAMES.get(field.name, field.name.capitalize())
            is_short = _is_short(was) and _is_short(is_now)
            yield f"{name}: {_value(was)} is now {_value(is_now)}" if is_short else f"{name} was rewritten"


def _who(name: str) -> str:
    return name or "somebody without a name"


def _verdict(review: Review) -> str:
    word = review.verdict.value if review.verdict else review.word or "nothing"
    return f"{word} ({review.qualifier})" if review.qualifier else word


def _is_short(value: object) -> bool:
    return (value is None or isinstance(value, str)) and len(_value(value)) <= _TOLD


def _value(value: object) -> str:
    return str(getattr(value, "value", value) or "nothing")
