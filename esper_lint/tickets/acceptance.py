"""What it means that a duplicate is accepted by design: for which reason, what ends that, and how a ticket says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Reason(str, Enum):
    """Why a duplicate is meant."""

    VERSION_ISOLATION = "version-isolation"
    CHECKPOINT_COMPATIBILITY = "checkpoint-compatibility"
    PERFORMANCE_SPECIALISATION = "performance-specialisation"
    GENERATED = "generated"
    TEST_FIXTURE = "test-fixture"


class Trigger(str, Enum):
    """What opens the finding again: a further copy (``member``), members that no longer agree (``diverge``), or that
    the reason is none any more (``void``)."""

    MEMBER = "member"
    DIVERGE = "diverge"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``contract`` is the name of the contract that holds the members."""

    reason: Reason
    triggers: tuple[Trigger, ...]
    contract: str


_OVER = "open: was "
_HELD = "wont-fix: held by contract "
_WORDS = re.compile(
    rf"(?:{_OVER})?accepted by design: (?P<reason>[a-z-]+); contract (?P<contract>[\w.\-]+)"
    r"(?:; reopens on (?P<triggers>[a-z, ]+))?"
)


def words_of(acceptance: Acceptance) -> str:
    """What stands in the cell ``Resolution`` of a ticket, and ``acceptance_in`` reads."""
    words = f"accepted by design: {acceptance.reason.value}; contract {acceptance.contract}"
    triggers = ", ".join(one.value for one in in_order(acceptance.triggers))
    return f"{words}; reopens on {triggers}" if triggers else words


def held_words(contract: str) -> str:
    """What stands in the cell where a contract was found and nobody has said why."""
    return f"{_HELD}{contract}"


def is_held_only(resolution: str) -> bool:
    """Whether nothing but a contract that was found has closed a ticket."""
    return resolution.strip().startswith(_HELD)


def over(resolution: str) -> str:
    """What the cell says once an acceptance is over: it is kept, so that it counts again if what ended it is gone."""
    return f"{_OVER}{words_of(known)}" if (known := acceptance_in(resolution)) else ""


def acceptance_in(resolution: str) -> Acceptance | None:
    """What the cell says, if it speaks of an acceptance, one that is over included.

    Reasons and triggers that nobody knows make it none.
    """
    found = _WORDS.fullmatch(resolution.strip())
    if found is None:
        return None
    try:
        triggers = tuple(Trigger(one) for one in (found["triggers"] or "").split(", ") if one)
        return Acceptance(Reason(found["reason"]), in_order(triggers), found["contract"])
    except ValueError:
        return None


def in_order(triggers: Iterable[Trigger]) -> tuple[Trigger, ...]:
    """Each once, in the order of the class."""
    given = set(triggers)
    return tuple(one for one in Trigger if one in given)
