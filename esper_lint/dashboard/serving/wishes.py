"""The form that accepts a duplicate by design -> who wants that, and why."""

from __future__ import annotations

from collections.abc import Mapping

from esper_lint.dashboard.serving.outcomes import Declined
from esper_lint.tickets.acceptance import Reason, Trigger
from esper_lint.tickets.accepting import Wish
from esper_lint.tickets.reviewing import NAME_LIMIT, cleaned, cleaned_name, problem_with_text


def wish_of(fields: Mapping[str, str]) -> Wish | Declined:
    """What was typed, or what is wrong with it."""
    who, text = cleaned_name(fields.get("reviewer", "")), cleaned(fields.get("text", ""))
    if not who or len(who) > NAME_LIMIT:
        return Declined(422, f"An acceptance needs a name, of at most {NAME_LIMIT} characters.")
    problem = problem_with_text(text)
    if problem:
        return Declined(422, f"Why it is meant: {problem}.")
    try:
        reason = Reason(fields.get("reason", ""))
    except ValueError:
        return Declined(422, f"Choose a reason: {', '.join(one.value for one in Reason)}.")
    return Wish(reason, text, who, tuple(one for one in Trigger if fields.get(f"trigger_{one.value}")))
