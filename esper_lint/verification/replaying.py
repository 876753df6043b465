"""One case in both versions of a class -> checks: asks the workers, and judges what they answer or that they do not.

The original goes first.  What it cannot do itself says nothing about the new version; where it differs from itself,
values are compared instead of bits.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from esper_lint.verification.checks import Check
from esper_lint.verification.comparing import (
    compare,
    compare_checkpoints,
    compare_export,
    compare_graphs,
    compare_timing,
)
from esper_lint.verification.encoding import encode_case
from esper_lint.verification.process import Answer, Configuration, Failed, Raised, Replied, Worker
from esper_lint.verification.ratios import Repetition
from esper_lint.verification.records import Mode
from esper_lint.verification.specs import Case

_BUILDS = 7  # of each version, to be timed
_TURNS = 2  # of all versions, for each build
_ROUNDS = 5  # of timing at a time, of each version in turn
_REPETITIONS = 3  # of an original from which the new version differs
_PATIENCE = 2  # times the time limit, for a version that failed where the original did not

_Seen = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unusable:
    """The original itself could not be run with the case; ``why`` is one line."""

    why: str


@dataclass(frozen=True, slots=True)
class Compared:
    """``has_returned`` tells that the call came back, in the original."""

    checks: tuple[Check, ...]
    has_returned: bool
    why_not: str = ""


class Replay:
    """The workers of the two versions in one world; ``again`` is a second one of the original, for timing.

    They start when they are needed, and run until ``stop``.
    """

    def __init__(self, old: Configuration, new: Configuration, time_limit_s: float) -> None:
        self._old, self._new, self._again = Worker(old), Worker(new), Worker(old)
        self._limit = time_limit_s

    def stop(self) -> None:
        """Leave nothing running."""
        for worker in (self._old, self._new, self._again):
            worker.stop()

    def loaded(self, old: str, new: str) -> tuple[Sequence[str], Sequence[str]]:
        """The files of the folder ``new`` that the original has loaded, and those of ``old`` that the other has."""
        answers = (
            self._old.ask("loaded", {"folders": [new]}, self._limit),
            self._new.ask("loaded", {"folders": [old]}, self._limit),
        )
        found = [answer.value if isinstance(answer, Replied) else [] for answer in answers]
        return found[0], found[1]

    def lacking(self, modules: Sequence[str]) -> Sequence[str]:
        """Those of the modules, or names in modules, that cannot be imported as things are."""
        answer = self._old.ask("importable", {"names": list(modules)}, self._limit)
        return [] if not isinstance(answer, Replied) else [one for one in modules if one not in answer.value]

    def compared(self, case: Case, mode: Mode) -> Compared | Unusable:
        """The rows of one call in one mode."""
        fields = {"case": encode_case(case), "options": _options(mode)}
        old, new = self._both("observe", fields)
        if isinstance(old, str):
            return Unusable(f"the original {old}")
        if isinstance(new, str):
            return Compared((_became(old, new),), old["outcome"]["kind"] == "returned")
        checks = compare(old, new)
        if any(check.outcome == "differs" for check in checks):
            checks = self._closely(fields, old, new) or checks
        has_returned = old["outcome"]["kind"] == "returned"
        return Compared(checks, has_returned, "" if has_returned else _mishap(old))

    def graphs(self, case: Case) -> Check:
        return self._of_both("graphs", case, compare_graphs)

    def export(self, case: Case) -> Check:
        return self._of_both("export", case, compare_export)

    def checkpoints(self, case: Case) -> Check:
        """Each version's checkpoint, loaded by the other and observed there."""
        fields = {"case": encode_case(case), "options": _options(Mode())}
        with TemporaryDirectory(prefix="esper-lint-") as folder:
            paths = [os.path.join(folder, name) for name in ("old.pt", "new.pt")]
            seen: list[_Seen] = []
            for worker, path in zip((self._old, self._new), paths, strict=True):
                saved = self._seen(worker, "state", {**fields, "path": path})
                answer = self._seen(worker, "observe", fields)
                if isinstance(saved, str) or isinstance(answer, str):
                    return Check("checkpoints", "not run", saved if isinstance(saved, str) else str(answer))
                if not os.path.exists(path):
                    return Check("checkpoints", "not run", f"the state_dict cannot be saved: {_mishap(saved)}")
                seen.append(answer)
            loaded: list[_Seen] = []
            for worker, path in zip((self._new, self._old), paths, strict=True):
                answer = self._seen(worker, "load", {**fields, "path": path})
                if isinstance(answer, str):
                    return Check("checkpoints", "differs", f"loading a checkpoint of the other version: {answer}")
                loaded.append(answer)
        old, new = seen
        by_new, by_old = loaded
        check = compare_checkpoints(old, by_new, new, by_old)
        if check.outcome == "differs":
            for _ in range(_REPETITIONS):
                again = self._seen(self._old, "observe", fields)
                if isinstance(again, str) or compare_checkpoints(old, again, old, again).outcome == "differs":
                    return Check("checkpoints", "not run", "the original differs from itself")
        return check

    def timing(self, case: Case) -> Check:
        """A process too may lie badly in memory, so that what is slower must be so in other processes as well."""
        check = self._timed(case)
        if check.outcome == "differs":
            self.stop()
            check = self._timed(case)
        return check

    def _timed(self, case: Case) -> Check:
        """Minima of rounds that are asked for in turns, so that what disturbs one disturbs all."""
        repetitions = []
        for _ in range(_BUILDS):
            least = [math.inf] * 3
            for turn in range(_TURNS):
                workers = list(enumerate((self._old, self._new, self._again)))
                for number, worker in workers if turn % 2 else reversed(workers):
                    fields = {"case": encode_case(case), "rounds": _ROUNDS, "fresh": turn == 0}
                    answer = self._seen(worker, "time", fields)
                    if isinstance(answer, str) or answer["outcome"]["kind"] != "returned":
                        why = answer if isinstance(answer, str) else _mishap(answer)
                        return Check("timing", "not run", why)
                    least[number] = min(least[number], *answer["ns_per_call"])
            repetitions.append(Repetition(*least))
        return compare_timing(repetitions)

    def _of_both(self, do: str, case: Case, compared: Any) -> Check:
        fields = {"case": encode_case(case)}
        old, new = self._both(do, fields)
        if isinstance(old, str):
            return Check(do, "not run", f"the original {old}")
        if isinstance(new, str):
            return Check(do, "differs", f"the new version {new}")
        check: Check = compared(old, new)
        if check.outcome == "differs":
            again = self._seen(self._old, do, fields)
            if isinstance(again, str) or compared(old, again).outcome == "differs":
                return Check(do, "not run", "the original differs from itself")
        return check

    def _closely(self, fields: Mapping[str, Any], old: _Seen, new: _Seen) -> tuple[Check, ...] | None:
        """The rows against the noise of the original, with the numbers that differ; None where that cannot be had.

        Noise may be absent by chance, so a row differs only if it does against every repetition.
        """
        found: tuple[Check, ...] | None = None
        for _ in range(_REPETITIONS):
            repeat = self._seen(self._old, "observe", fields)
            if isinstance(repeat, str):
                return found
            checks = self._against(repeat, fields, old, new)
            if checks is None:
                return found
            pairs = zip(found or checks, checks, strict=True)
            found = tuple(one if one.outcome != "differs" else other for one, other in pairs)
            if not any(check.outcome == "differs" for check in found):
                break
        return found

    def _against(self, repeat: _Seen, fields: Mapping[str, Any], old: _Seen, new: _Seen) -> tuple[Check, ...] | None:
        """The rows, with the numbers themselves at hand."""
        with TemporaryDirectory(prefix="esper-lint-") as folder:
            paths = Path(folder, "old.pt"), Path(folder, "new.pt")
            for worker, path in zip((self._old, self._new), paths, strict=True):
                options = {**fields["options"], "values": str(path)}
                seen = self._seen(worker, "observe", {**fields, "options": options})
                if isinstance(seen, str):
                    return None
            values = paths if all(path.exists() for path in paths) else None
            return compare(old, new, repeat=repeat, values=values)

    def _both(self, do: str, fields: Mapping[str, object]) -> tuple[_Seen | str, _Seen | str]:
        """What was observed of the original and of the new version, or why nothing was; they run side by side."""
        for worker in (self._old, self._new):
            worker.post(do, fields)
        old = _told(self._old.collect(self._limit))
        if not self._old.is_running:  # what one version has been through, the other must have been
            self._new.stop()
            return old, "was not run"
        new = _told(self._new.collect(self._limit))
        return old, self._seen_patiently(do, fields) if isinstance(new, str) else new

    def _seen(self, worker: Worker, do: str, fields: Mapping[str, object], patience: int = 1) -> _Seen | str:
        """What was observed, or in a line why nothing was."""
        return _told(worker.ask(do, fields, self._limit * patience))

    def _seen_patiently(self, do: str, fields: Mapping[str, object]) -> _Seen | str:
        """A second try of the new version, in a new process and with more time: a busy machine is no difference."""
        if not self._new.is_running:
            self._old.stop()
        return self._seen(self._new, do, fields, _PATIENCE)


def _told(answer: Answer) -> _Seen | str:
    match answer:
        case Replied(value):
            assert isinstance(value, Mapping)
            return value
        case Raised(type_, message, _):
            return f"could not be run: {type_}: {' '.join(message.split())}"
        case Failed("hung", detail, _):
            return f"hung: {detail}"
        case Failed(_, detail, output):
            last = output.strip().rpartition("\n")[2]
            return f"{detail}" + (f" (its last words: {last[:200]})" if last else "")


def _options(mode: Mode) -> dict[str, object]:
    return {"precision": mode.precision, "training": mode.training, "grad": mode.grad, "scramble": True}


def _became(old: _Seen, new: str) -> Check:
    before = "returned" if old["outcome"]["kind"] == "returned" else _mishap(old)
    return Check("outcome", "differs", f"{before} became: the new version {new}")


def _mishap(seen: _Seen) -> str:
    outcome = seen["outcome"]
    message = " ".join(str(outcome["message"]).split())[:200]
    return f"raised {outcome['type']} at {outcome['stage']}" + (f": {message}" if message else "")
