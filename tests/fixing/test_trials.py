"""Trials are made once, and those that are asked for no more are forgotten."""

from __future__ import annotations

from esper_lint.fixing.attempting import Attempt
from esper_lint.fixing.trials import Trial, Trials


def test_an_outcome_is_kept_as_long_as_every_round_asks_for_it() -> None:
    made: list[str] = []

    def trial(key: str) -> Trial:
        def run() -> Attempt:
            made.append(key)
            return Attempt(())

        return Trial(key, run)

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
