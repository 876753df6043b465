"""Cases in one world -> checks: which modes each case is run in, when to stop, and which refutation is the smallest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from esper_lint.verification.checks import Check
from esper_lint.verification.records import Mode, is_refuted
from esper_lint.verification.replaying import Compared, Unusable
from esper_lint.verification.specs import Case
from esper_lint.verification.walking import elements_of

MAIN = Mode(grad=True)
MODES = tuple(
    Mode(precision, training, grad)
    for precision in ("float32", "bfloat16", "autocast")
    for training in (False, True)
    for grad in (True, False)
)

# Cases that are run in every mode; each further one is in the main mode and in one of the others.
THOROUGH = 4
_FRUITLESS = 12  # cases that may fail to return before no more are tried
_UNUSABLE = 3  # that the original may hang or crash with: each costs as long as the limit allows
_SMALLER = 40  # that are tried for a smaller refutation


class Versions(Protocol):
    """Both versions of a class in one world; ``replaying.Replay`` is one."""

    def compared(self, case: Case, mode: Mode) -> Compared | Unusable: ...


@dataclass(frozen=True, slots=True)
class Refuted:
    check: Check
    case: Case
    mode: Mode


@dataclass(frozen=True, slots=True)
class Trial:
    """``returned`` are the cases that came back in some mode, of ``runs`` comparisons; ``why_not`` tells of the first
    that did not.  ``checks`` are of those that did, if any did."""

    checks: tuple[Check, ...]
    returned: tuple[Case, ...]
    runs: int
    refuted: Refuted | None
    why_not: str


def tried(versions: Versions, cases: Sequence[Case], thorough: int = THOROUGH) -> Trial:
    """Run the cases, so many of them in every mode, until one refutes, or too many lead nowhere."""
    checks: list[Check] = []
    alike: list[Check] = []  # of what raised in both versions
    returned: list[Case] = []
    runs = unusable = 0
    why_not = ""
    for number, case in enumerate(cases):
        has_returned = False
        for mode in MODES if number < thorough else _two_modes(number):
            found = versions.compared(case, mode)
            runs += 1
            if isinstance(found, Unusable):
                unusable += 1
                why_not = why_not or found.why
                break
            differing = next((check for check in found.checks if is_refuted(check)), None)
            if differing is not None:
                refuted, more = _smallest(versions, cases, Refuted(differing, case, mode))
                return Trial((*checks, *found.checks, refuted.check), tuple(returned), runs + more, refuted, why_not)
            (checks if found.has_returned else alike).extend(found.checks)
            has_returned |= found.has_returned
            why_not = why_not or found.why_not
        if has_returned:
            returned.append(case)
        elif unusable >= _UNUSABLE or (not returned and number + 1 >= _FRUITLESS):
            break
    return Trial(tuple(checks or alike), tuple(returned), runs, None, why_not)


def _two_modes(number: int) -> Iterator[Mode]:
    """The main mode first; 12 observations a case for all cases would cost more than they are seen to find."""
    others = [mode for mode in MODES if mode != MAIN]
    yield MAIN
    yield others[number % len(others)]


def _smallest(versions: Versions, cases: Sequence[Case], known: Refuted) -> tuple[Refuted, int]:
    """The refutation by the same check with the fewest elements, and the comparisons that finding it took."""
    smaller = sorted((case for case in cases if elements_of(case) < elements_of(known.case)), key=elements_of)
    for runs, case in enumerate(smaller[:_SMALLER], start=1):
        found = versions.compared(case, known.mode)
        if isinstance(found, Unusable):
            continue
        for check in found.checks:
            if check.name == known.check.name and is_refuted(check):
                return Refuted(check, case, known.mode), runs
    return known, len(smaller[:_SMALLER])
