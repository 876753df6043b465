"""What a reviewer gives -> a review that may be written, or why it may not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from esper_lint.tickets.patching import PutReview, SetCell
from esper_lint.tickets.ticket import Review, Scope, Ticket, Verdict

EVALUATION_LIMIT = 4000
NAME_LIMIT = 80
_SEVERITY = re.compile(r"P[0-4]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class NotReviewed:
    """Why a review is not written, in one line; ``field`` is which of the reviewer's words it is about."""

    field: str
    message: str


def review_of(
    reviewer: str, verdict: str, evaluation: str, *, qualifier: str = "", today: str, code: str
) -> Review | NotReviewed:
    """``code`` names the code that the reviewer saw.  The evaluation is Markdown, and required; control characters, and
    those that turn the direction of text, are left out of it."""
    name, text = cleaned_name(reviewer), cleaned(evaluation)
    word = " ".join(_CONTROL.sub("", qualifier).split()).strip("()").casefold()
    if not name:
        return NotReviewed("reviewer", "a review needs the name of its reviewer")
    if len(name) > NAME_LIMIT:
        return NotReviewed("reviewer", f"the name of a reviewer has at most {NAME_LIMIT} characters")
    if verdict.upper() not in Verdict.__members__:
        return NotReviewed("verdict", f"{verdict!r} is no verdict; there are {', '.join(Verdict.__members__)}")
    problem = problem_with_text(text)
    if problem:
        return NotReviewed("evaluation", problem)
    given = Verdict[verdict.upper()]
    problem = _problem(given, word)
    if problem:
        return NotReviewed("qualifier", problem)
    return Review(name, given, text, word.upper() if given is Verdict.REFINE else word, today, code)


def patches_of(review: Review, ticket: Ticket, support_word: str) -> tuple[PutReview | SetCell, ...]:
    """What writing a review into a ticket changes: the review, and when the ticket was updated, if that is later."""
    put = PutReview(review, support_word)
    return (put, SetCell("Updated", review.date)) if review.date > ticket.updated else (put,)


def cleaned(text: str) -> str:
    """The text with line feeds for line ends, and without the characters that no reader sees."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def cleaned_name(name: str) -> str:
    """A name on one line."""
    return " ".join(_CONTROL.sub("", name.replace("\n", " ")).split())


def problem_with_text(evaluation: str) -> str:
    """What is wrong with an evaluation, in one line; empty if nothing is."""
    size = len(cleaned(evaluation))
    if not size:
        return "say why, in a sentence at least"
    return f"it has at most {EVALUATION_LIMIT:,} characters, not {size:,}" if size > EVALUATION_LIMIT else ""


def _problem(verdict: Verdict, qualifier: str) -> str:
    """What is wrong with a qualifier; nothing understands one that is none of ours."""
    if not qualifier:
        return ""
    if verdict is Verdict.OBJECT:
        scopes = [one.value for one in Scope]
        return "" if qualifier in scopes else f"an objection is to {', '.join(scopes)}, not to {qualifier!r}"
    if verdict is Verdict.REFINE:
        return (
            "" if _SEVERITY.fullmatch(qualifier) else f"a refinement proposes a severity, P0 to P4, not {qualifier!r}"
        )
    return f"{verdict.value} takes no qualifier"
