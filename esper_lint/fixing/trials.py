"""Attempts to fix groups, each made once, and several at a time where they do not depend on each other."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from esper_lint.fixing.attempting import Attempt
from esper_lint.fixing.repeating import Earlier
from esper_lint.fixing.texts import SourceText
from esper_lint.parallel import cores, forked_map

# To fork takes about as long as two attempts of usual size, which grow with the files.
_LEAST = 4
# One from each of the last passes: in the first one of the next round the files are again what they were in its like.
_MOST_EARLIER = 4
# Objects since garbage was last looked for, some 100 MB.  A trial leaves a megabyte or two of garbage, beside the trees
# of its files, which take a fifth of its time to go over.
_MOST_YOUNG = 1_000_000


@dataclass(frozen=True)
class Trial:
    """``texts`` are the files that it reads, ``taken`` those that it cannot add, and ``rest`` names all else that the
    outcome depends on.

    ``run`` is given what came of the last ones where the rest was the same, the newest first.
    """

    rest: Hashable
    texts: Mapping[str, SourceText]
    taken: frozenset[str]
    run: Callable[[Sequence[Earlier]], Attempt]

    @cached_property
    def key(self) -> Hashable:
        return self.rest, tuple(text.digest for text in self.texts.values()), self.taken


class Trials:
    """What came of every trial until now; ``jobs`` is the setting."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._known: dict[Hashable, Attempt] = {}
        self._earlier: dict[Hashable, deque[Earlier]] = {}
        self._asked: set[Hashable] = set()
        self._doubted: set[Hashable] = set()

    def knows(self, trial: Trial) -> bool:
        return trial.key in self._known

    def outcome(self, trial: Trial) -> Attempt:
        self._asked |= {trial.key, trial.rest}
        if trial.key not in self._known:
            self._note(trial, self._run(trial))
        return self._known[trial.key]

    def doubt(self, trials: Iterable[Trial]) -> None:
        """What was found for their members in other files does not hold in these: look anew from now on."""
        for trial in trials:
            self._doubted.add(trial.rest)
            self._earlier.pop(trial.rest, None)
            self._known.pop(trial.key, None)

    def forget(self) -> None:
        """Drop what nobody has asked for since the last time: each outcome holds whole files."""
        self._known = {key: one for key, one in self._known.items() if key in self._asked}
        self._earlier = {rest: one for rest, one in self._earlier.items() if rest in self._asked}
        self._asked.clear()

    def make_ahead(self, trials: Iterable[Trial]) -> None:
        """Make those whose outcome will be asked for soon in several processes, if they are enough for that: several,
        or some that read many files."""
        missing = [one for one in trials if not self.knows(one)]
        missing.sort(key=lambda one: len(one.texts), reverse=True)  # what takes longest is not begun last
        if cores(self._jobs) < 2 or (len(missing) < _LEAST and sum(len(one.texts) for one in missing[1:]) < _LEAST):
            return
        outcomes = forked_map(self._run, missing, self._jobs)
        for trial, outcome in zip(missing, outcomes, strict=True):
            self._note(trial, outcome)

    def _run(self, trial: Trial) -> Attempt:
        outcome = trial.run(tuple(self._earlier.get(trial.rest, ())))
        if gc.get_count()[0] > _MOST_YOUNG:
            gc.collect(0)
        return outcome

    def _note(self, trial: Trial, outcome: Attempt) -> None:
        self._known[trial.key] = outcome
        if trial.rest not in self._doubted:
            earlier = self._earlier.setdefault(trial.rest, deque(maxlen=_MOST_EARLIER))
            earlier.appendleft(Earlier(outcome, trial.texts))
