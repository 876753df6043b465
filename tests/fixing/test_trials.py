"""Trials are made once, and those that are asked for no more are forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from weakref import ReferenceType, ref

import pytest

from esper_lint.findings import Tier
from esper_lint.fixing import trials as trials_module
from esper_lint.fixing.attempting import Attempt
from esper_lint.fixing.proving import Proved
from esper_lint.fixing.repeating import Earlier
from esper_lint.fixing.texts import text_of
from esper_lint.fixing.trials import Trial, Trials
from esper_lint.parallel import no_garbage_collection


class Node:
    next: Node


FIX = Attempt(Proved("S0", Tier.SAFE, "", {}, (), (), (), ()))


def test_an_outcome_is_kept_as_long_as_every_round_asks_for_it() -> None:
    made: list[str] = []

    def trial(key: str) -> Trial:
        def run(_: object) -> Attempt:
            made.append(key)
            return Attempt(())

        return Trial(key, {}, frozenset(), run)

    trials = Trials(1)
    for _ in range(2):
        for key in "ab":
            trials.outcome(trial(key))
    assert made == ["a", "b"]
    trials.forget()
    trials.outcome(trial("a"))
    assert made == ["a", "b"]
    trials.forget()
    assert trials.knows(trial("a")) and not trials.knows(trial("b"))
    trials.outcome(trial("b"))
    assert made == ["a", "b", "b"]


def test_what_came_of_the_same_members_is_there_when_their_files_have_changed() -> None:
    trials = Trials(1)

    def known(rest: str, *texts: str, outcome: Attempt = FIX) -> Sequence[Sequence[str]]:
        """What each of the trials on these texts is given."""
        given: dict[str, Sequence[str]] = {}

        def trial(text: str) -> Trial:
            def run(earlier: Sequence[Earlier]) -> Attempt:
                given[text] = [one.texts["a.py"].text for one in earlier]
                return outcome

            return Trial(rest, {"a.py": text_of(text.encode())}, frozenset(text), run)

        for text in texts:
            trials.outcome(trial(text))
        return [given[text] for text in texts]

    assert known("a", "1", "2", "3") == [[], ["1"], ["2", "1"]]
    assert known("b", "1", outcome=Attempt(())) == [[]]
    assert known("a", "4", "5", "6") == [["3", "2", "1"], ["4", "3", "2", "1"], ["5", "4", "3", "2"]]
    trials.forget()
    trials.forget()
    assert known("a", "7", "8") == [[], ["7"]]
    trials.doubt([Trial("a", {"a.py": text_of(b"8")}, frozenset("8"), lambda _: FIX)])
    assert known("a", "8", "9") == [[], []]


@pytest.mark.parametrize(("most", "is_left"), [(10, False), (1_000_000_000, True)])
def test_garbage_is_looked_for_where_there_is_much(monkeypatch: pytest.MonkeyPatch, most: int, is_left: bool) -> None:
    """A sweep looks for none by itself, and its processes live as long as it does."""
    left: list[ReferenceType[Node]] = []

    def run(_: object) -> Attempt:
        ring = [Node() for _ in range(100)]
        for one, other in pairwise([*ring, ring[0]]):
            one.next = other
        left.append(ref(ring[0]))
        return FIX

    monkeypatch.setattr(trials_module, "_MOST_YOUNG", most)
    with no_garbage_collection():
        Trials(1).outcome(Trial("a", {}, frozenset(), run))
        assert (left[0]() is not None) is is_left
