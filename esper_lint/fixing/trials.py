"""Attempts to fix groups, each made once, and several at a time where they do not depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from esper_lint.fixing.attempting import Attempt
from esper_lint.parallel import cores, forked_map, no_garbage_collection

# To fork takes about as long as two attempts of usual size.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """``key`` names all that the outcome of ``run`` depends on."""

    key: Hashable
    run: Callable[[], Attempt]


class Trials:
    """What came of every trial until now; ``jobs`` is the setting."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._known: dict[Hashable, Attempt] = {}
        self._asked: set[Hashable] = set()

    def knows(self, trial: Trial) -> bool:
        return trial.key in self._known

    def outcome(self, trial: Trial) -> Attempt:
        self._asked.add(trial.key)
        if trial.key not in self._known:
            self._known[trial.key] = _run(trial)
        return self._known[trial.key]

    def forget(self) -> None:
        """Drop what nobody has asked for since the last time: each outcome holds whole files."""
        self._known = {key: one for key, one in self._known.items() if key in self._asked}
        self._asked.clear()

    def make_ahead(self, trials: Iterable[Trial]) -> None:
        """Make those whose outcome will be asked for soon in several processes, if they are enough for that."""
        missing = [one for one in trials if not self.knows(one)]
        if len(missing) < _LEAST or cores(self._jobs) < 2:
            return
        outcomes = forked_map(_run, missing, self._jobs)
        self._known.update(zip((one.key for one in missing), outcomes, strict=True))


def _run(trial: Trial) -> Attempt:
    """Between trials there is time to look for garbage, of which each leaves a little."""
    with no_garbage_collection():
        return trial.run()
