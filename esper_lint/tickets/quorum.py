"""What the reviewers of a finding come to: verdicts in, words, a suggested state and objections out.

A verdict is stale when the code that it was given on is not the code of now.  A stale verdict counts for nothing but as
an objection: whoever objected is asked again, not overruled by an edit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from esper_lint.findings import Severity
from esper_lint.tickets.reviews import reviewer_key
from esper_lint.tickets.ticket import Review, Scope, State, Verdict

_SEVERITY = re.compile(r"\bP[0-4]\b", re.IGNORECASE)
_WIDEST_FIRST = (Scope.ALL, Scope.INHERIT, Scope.MERGE)


@dataclass(frozen=True, slots=True)
class Decision:
    """``words`` are ``PENDING 1/3``, ``UNANIMOUS SUPPORT``, ``SUPPORT (2/3)`` or ``SPLIT``.

    ``suggests`` is the state that a majority is for, and ``objection`` the widest that anybody objects to.  ``stale``
    are the reviewers whose verdict speaks of other code; ``severity`` is what those who refine propose.
    """

    words: str
    suggests: State | None = None
    objection: Scope | None = None
    stale: tuple[str, ...] = ()
    severity: Severity | None = None


def decision(reviews: Iterable[Review], code: str, reviewers: int) -> Decision:
    """``code`` names what the group's members say now, empty if there is none; ``reviewers`` is how many are needed."""
    given = [one for one in latest(reviews) if one.verdict is not None]
    counted = [one for one in given if not is_stale(one, code)]
    verdict, words = _majority(counted, reviewers)
    return Decision(
        words,
        _suggested(verdict, counted),
        objection_in(given),
        tuple(one.reviewer for one in given if is_stale(one, code)),
        _severity(counted),
    )


def latest(reviews: Iterable[Review]) -> list[Review]:
    """The last review of each reviewer, whose names are compared as ``PutReview`` does; those without one all count."""
    found: dict[object, Review] = {}
    for number, one in enumerate(reviews):
        found[reviewer_key(one.reviewer) or number] = one
    return list(found.values())


def is_stale(review: Review, code: str) -> bool:
    """Whether a verdict was given on other code; one that does not say on which never is."""
    return bool(review.code and code and review.code != code)


def scope_of(review: Review) -> Scope:
    """What an objection is to.  What cannot be understood objects to everything."""
    word = review.qualifier.casefold()
    if "inherit" in word:
        return Scope.INHERIT
    return Scope.MERGE if "merge" in word or "merging" in word else Scope.ALL


def objection_in(reviews: Iterable[Review]) -> Scope | None:
    """The widest scope of the objections, if there are any."""
    scopes = {scope_of(one) for one in reviews if one.verdict is Verdict.OBJECT}
    return next((one for one in _WIDEST_FIRST if one in scopes), None)


def _majority(counted: Sequence[Review], needed: int) -> tuple[Verdict | None, str]:
    total = len(counted)
    if total < needed:
        return None, f"PENDING {total}/{needed}"
    verdict, most = Counter(one.verdict for one in counted).most_common(1)[0]
    assert verdict is not None  # or it would not be counted
    if most == total:
        return verdict, f"UNANIMOUS {verdict.value}"
    if 2 * most > total:
        return verdict, f"{verdict.value} ({most}/{total})"
    return None, "SPLIT"


def _suggested(verdict: Verdict | None, counted: Sequence[Review]) -> State | None:
    """An objection to one way of mending it says nothing of whether there is something to mend."""
    if verdict is Verdict.SUPPORT:
        return State.TRIAGED
    if verdict is Verdict.OBJECT and objection_in(counted) is Scope.ALL:
        return State.NOT_A_BUG
    return None


def _severity(counted: Iterable[Review]) -> Severity | None:
    """What most of those who refine propose; of as many, the gravest."""
    proposed: Counter[Severity] = Counter()
    for one in counted:
        found = _SEVERITY.search(one.qualifier) if one.verdict is Verdict.REFINE else None
        if found:
            proposed[Severity(found[0].upper())] += 1
    order = list(Severity)
    return max(proposed, key=lambda one: (proposed[one], -order.index(one)), default=None)
