"""Which of very many cases are kept: few of each construction and class, the smallest, whatever order they come in.

Of each class one call of every construction is kept before a second one of any, so that a class that is built in many
ways shows all of them.  What several processes kept can be kept together again: nothing that a single process would
have kept is lost, so the result does not depend on how tests are spread.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from esper_lint.verification.encoding import encode_value
from esper_lint.verification.recordings import MOST_BYTES, MOST_CASES, LeftOut, Recording, merged, text_of
from esper_lint.verification.specs import Case
from esper_lint.verification.walking import elements_of

CALLS_PER_BUILD = 16
CASES_PER_CLASS = 64
LONGEST_CASE = 64 * 2**10

_Sized = tuple[int, str]  # what decides: elements, then the line of the file


class _Calls:
    """The calls of one construction: the smallest, or few more until they are counted again."""

    def __init__(self) -> None:
        self.cases: dict[_Sized, Case] = {}

    def add(self, sized: _Sized, case: Case) -> None:
        self.cases[sized] = case
        if len(self.cases) >= 2 * CALLS_PER_BUILD:
            self.cases = dict(self.smallest())

    def smallest(self) -> list[tuple[_Sized, Case]]:
        return sorted(self.cases.items(), key=lambda one: one[0])[:CALLS_PER_BUILD]


class Kept:
    """A bounded set of cases and of what was left out."""

    def __init__(self) -> None:
        # Constructions are told apart by their text: to Python, one of 1 and one of True would be equal.
        self._classes: dict[str, dict[str, _Calls]] = {}
        self._left_out: set[LeftOut] = set()

    def add(self, case: Case) -> None:
        text = text_of(case)
        if len(text) > LONGEST_CASE:
            self.leave_out(LeftOut(case.build.name, "its arguments are too many to record"))
            return
        builds = self._classes.setdefault(case.build.name, {})
        builds.setdefault(json.dumps(encode_value(case.build)), _Calls()).add((elements_of(case), text), case)
        if len(builds) >= 2 * CASES_PER_CLASS:
            # A construction whose smallest call comes after so many others' gives no case at all.
            least = sorted(builds.items(), key=lambda one: min(one[1].cases))
            self._classes[case.build.name] = dict(least[:CASES_PER_CLASS])

    def leave_out(self, one: LeftOut) -> None:
        self._left_out.add(one)

    def add_all(self, recording: Recording) -> None:
        for case in recording.cases:
            self.add(case)
        self._left_out.update(recording.left_out)

    def recording(self) -> Recording:
        """What is kept, within the limits of a file."""
        most = CASES_PER_CLASS
        while True:
            whole = merged([Recording(tuple(self._cases(most)), tuple(self._left_out))])
            size = sum(len(text_of(case)) + 4 for case in whole.cases)
            if most == 1 or (len(whole.cases) <= MOST_CASES and size <= MOST_BYTES // 2):
                return Recording(whole.cases[:MOST_CASES], whole.left_out)
            most //= 2

    def _cases(self, most: int) -> Iterator[Case]:
        for builds in self._classes.values():
            ranked = [
                (rank, sized, case) for calls in builds.values() for rank, (sized, case) in enumerate(calls.smallest())
            ]
            yield from (case for _, _, case in sorted(ranked, key=lambda one: one[:2])[:most])


def kept_together(recordings: Iterable[Recording]) -> Recording:
    """What one process would have kept of all that the recordings hold."""
    kept = Kept()
    for recording in recordings:
        kept.add_all(recording)
    return kept.recording()
