"""The words that people write for states, verdicts, severities and dates, and what each means."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from esper_lint.findings import Severity
from esper_lint.tickets.markup import plain
from esper_lint.tickets.ticket import State, Verdict

# How a state is written in the metadata; the words that are not written any more but are read.
_STATES = {state.value: state for state in State}
_OTHER_STATES = {
    "wontfix": State.WONT_FIX,
    "won-t-fix": State.WONT_FIX,
    "already-fixed": State.FIXED,
    "resolved": State.FIXED,
    "closed": State.FIXED,
    "invalid": State.NOT_A_BUG,
    "notabug": State.NOT_A_BUG,
    "investigation": State.INVESTIGATING,
}
_ALL_STATES = {**_STATES, **_OTHER_STATES}
_LEADING_STATE = re.compile("(" + "|".join(sorted(_ALL_STATES, key=len, reverse=True)) + r")(?![a-z0-9])")
_NO_STATE = re.compile(r"[^a-z0-9]+")

_VERDICTS = {
    "SUPPORT": Verdict.SUPPORT,
    "SUPPORTED": Verdict.SUPPORT,
    "ENDORSE": Verdict.SUPPORT,
    "ENDORSED": Verdict.SUPPORT,
    "AGREE": Verdict.SUPPORT,
    "AGREED": Verdict.SUPPORT,
    "APPROVE": Verdict.SUPPORT,
    "APPROVED": Verdict.SUPPORT,
    "NEUTRAL": Verdict.NEUTRAL,
    "ABSTAIN": Verdict.NEUTRAL,
    "REFINE": Verdict.REFINE,
    "OBJECT": Verdict.OBJECT,
    "REJECT": Verdict.OBJECT,
    "REJECTED": Verdict.OBJECT,
    "NOT A BUG": Verdict.OBJECT,
}
_VERDICT = re.compile(
    r"(?<![A-Z])(" + "|".join(sorted(_VERDICTS, key=len, reverse=True)).replace(" ", r"[ _-]") + r")(?![A-Z])",
    re.IGNORECASE,
)
_IN_PARENTHESES = re.compile(r"([^(]*)\((.*)\)[ \t]*", re.DOTALL)
_SEVERITY = re.compile(r"(?<![A-Za-z0-9])[Pp]([0-4])(?![A-Za-z0-9])")
_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_NOTHING = frozenset(("", "-", "--", "n/a", "na", "none", "tbd", "?", "\N{EM DASH}", "\N{EN DASH}"))
_EDGES = " \t:;,.-\N{EN DASH}\N{EM DASH}"


class StateWord(NamedTuple):
    """``is_written`` tells that the word is one that we write ourselves; ``is_vague`` that it only says "closed"."""

    state: State
    is_written: bool
    is_vague: bool


class VerdictWord(NamedTuple):
    verdict: Verdict | None
    word: str
    qualifier: str


def state_word(text: str) -> StateWord | None:
    """The state that a text begins with (``fixed in 1a2b3c``), or None."""
    words = _NO_STATE.sub("-", plain(text).casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).strip("-")
    found = _LEADING_STATE.match(words)
    if found is None:
        return None
    return StateWord(_ALL_STATES[found[1]], plain(text) in _STATES, found[1] == "closed")


def verdict_word(cell: str) -> VerdictWord:
    """What a cell says, with what qualifies it.  A word that is none of ours is kept, with None for the verdict."""
    text = plain(cell)
    inside = _IN_PARENTHESES.fullmatch(text)
    head, qualifier = (plain(inside[1]), inside[2].strip(" \t")) if inside else (text, "")
    found = _VERDICT.search(head)
    if found is None or any(char.isalnum() for char in head[: found.start()]):
        return VerdictWord(None, head, qualifier)
    verdict, rest = _verdict(found), head[found.end() :]
    if any(_verdict(other) is not verdict for other in _VERDICT.finditer(rest)):
        return VerdictWord(None, head, qualifier)  # the choice that a template offers
    word = found[1].upper() if rest.strip("*_`" + _EDGES) else plain(head)
    return VerdictWord(verdict, word, qualifier or plain(rest.strip("*_`" + _EDGES)))


def severity_word(text: str) -> Severity | None:
    found = _SEVERITY.search(text)
    return Severity(f"P{found[1]}") if found else None


def iso_date(text: str) -> str:
    """The text if it is a date of ISO 8601, else nothing."""
    found = _DATE.fullmatch(text)
    if found is None:
        return ""
    try:
        date.fromisoformat(found[1])
    except ValueError:
        return ""
    return text


def says_nothing(text: str) -> bool:
    """Whether a cell is filled in only for form's sake."""
    return plain(text).casefold() in _NOTHING


def _verdict(found: re.Match[str]) -> Verdict:
    return _VERDICTS[re.sub("[_-]", " ", found[1].upper())]
