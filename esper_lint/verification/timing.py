"""How long a forward takes.  Runs in the worker; what is compared, and with what, is the parent's to say."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import torch

from esper_lint.verification.drawing import reseed
from esper_lint.verification.lookup import Names
from esper_lint.verification.materialising import Materialiser
from esper_lint.verification.observing import Json, Mishap, Options, built, staged
from esper_lint.verification.outcomes import noted_warnings, returned
from esper_lint.verification.specs import Case

_ROUND = 2_000_000  # nanoseconds; a clock tick and a call of the clock vanish in it
_MOST = 10_000
_LONGEST = 100_000_000  # nanoseconds that are spent before another round


class Stopwatch:
    """Times cases.  The module of the last one is kept until a fresh one is asked for: rounds of two versions are asked
    for in turns, and each new module lies elsewhere in memory, which costs or gains more than the 2% that matter."""

    def __init__(self) -> None:
        self._kept: tuple[Case, Callable[[], object], int] | None = None

    def rounds(self, case: Case, names: Names, count: int, *, fresh: bool = False) -> Json:
        """``count`` rounds of ``calls`` calls each, in nanoseconds a call; fewer of what takes long.

        A disturbance only ever makes a round longer, so that minima are what can be compared.  Raises Refused.
        """
        try:
            call, calls = self._ready(case, names, fresh=fresh)
        except Mishap as mishap:
            return {"outcome": mishap.outcome}
        collecting = gc.isenabled()
        gc.collect()
        gc.disable()
        try:
            with torch.no_grad(), noted_warnings([], names):
                start = time.perf_counter_ns()
                found = [_round(call, calls)]
                while len(found) < count and time.perf_counter_ns() - start < _LONGEST:
                    found.append(_round(call, calls))
        finally:
            if collecting:
                gc.enable()
        return {"outcome": returned(), "calls": calls, "ns_per_call": found}

    def _ready(self, case: Case, names: Names, *, fresh: bool) -> tuple[Callable[[], object], int]:
        """The one that was kept goes only when there is another, which so cannot lie in its place."""
        if self._kept is not None and self._kept[0] == case and not fresh:
            return self._kept[1:]
        module = built(case, Options(training=False, grad=False), names)
        make = Materialiser(names, case.seed)
        positional, keywords = staged("call", names, lambda: make.arguments(case.call.arguments, "input"))

        def call() -> object:
            return module(*positional, **keywords)

        reseed(case.seed, "call")
        with torch.no_grad(), noted_warnings([], names):
            staged("call", names, call)  # the first takes longer
            took = max(_round(call, 1), 1.0)
        self._kept = case, call, min(max(int(_ROUND / took) + 1, 1), _MOST)
        return self._kept[1:]


def _round(call: Callable[[], object], calls: int) -> float:
    start = time.perf_counter_ns()
    for _ in range(calls):
        call()
    return (time.perf_counter_ns() - start) / calls
