"""Two versions and cases -> a record a class: orders the worlds, the cases and what is checked once a class.

A class is done with at its first refutation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from esper_lint.verification.checks import Check, combined
from esper_lint.verification.pairing import Inventory, ModuleClass, Pair
from esper_lint.verification.placing import Placing, placing, renaming
from esper_lint.verification.process import Configuration
from esper_lint.verification.records import (
    Certificate,
    ClassRecord,
    Mode,
    Refutation,
    WorldRecord,
    is_refuted,
    status_of,
)
from esper_lint.verification.replaying import Replay
from esper_lint.verification.specs import Case
from esper_lint.verification.trees import laid_out
from esper_lint.verification.trying import THOROUGH, Trial, tried
from esper_lint.verification.walking import elements_of
from esper_lint.verification.worlds import World, worlds_of

ADVICE = (
    "record your tests with `pytest --esper-record FILE` and give `--recording FILE`,"
    " or add an entry to [tool.esper_lint.verify]"
)
NO_CASE = f"nothing to build it from: {ADVICE}"
_OPEN = 2  # worlds that have running workers, three each

More = Callable[[Sequence[Case], int], Iterable[Case]]


@dataclass(frozen=True, slots=True)
class Wants:
    """``cases`` are to be run for a class, as far as there are any, and the first ``thorough`` ones in every mode; a
    request to a worker takes at most ``time_limit_s``, and a worker at most ``memory_mb``."""

    cases: int = 50
    thorough: int = THOROUGH
    seed: int = 0
    time_limit_s: float = 60.0
    memory_mb: int = 8_192
    with_timing: bool = True
    with_compile: bool = True


class Verifier:
    """Two versions, laid out, and the workers that run them.

    ``more`` makes further cases from those that there are, so many.  As a context, it leaves nothing behind.
    """

    def __init__(self, old: Inventory, new: Inventory, wants: Wants, more: More) -> None:
        self._old, self._new = old, new
        self._wants = wants
        self._more = more
        self._stack = ExitStack()
        self._replays: dict[tuple[Configuration, Configuration], Replay] = {}

    def __enter__(self) -> Verifier:
        self._folders = tuple(self._stack.enter_context(laid_out(one.version.tree)) for one in (self._old, self._new))
        return self

    def __exit__(self, *_: object) -> None:
        for replay in self._replays.values():
            replay.stop()
        self._stack.close()

    def record(
        self, pair: Pair, module: str, cases: Sequence[Case], certificate: Certificate | None = None
    ) -> ClassRecord:
        """What ``cases``, and more that are made from them, show; they know the class's module as ``module``."""
        found = _Findings()
        if cases:
            self._replayed(
                pair, placing(self._old.version, self._new.version, pair.old, pair.new, module), cases, found
            )
        else:
            found.missing.append(NO_CASE)
        checks = combined(found.checks or found.alike)
        return ClassRecord(
            pair.old.path,
            pair.old.qualname,
            pair.old.line,
            status_of(checks, 0 if found.is_mingled else len(found.returned), certificate),
            len(found.returned),
            found.runs,
            checks,
            tuple(found.worlds),
            certificate,
            found.refutation,
            tuple(dict.fromkeys(found.missing)),
            self.sources(pair),
        )

    def sources(self, pair: Pair) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The digests of all that a record of the class depends on, old and new."""
        return _digests(self._old, pair.old), _digests(self._new, pair.new)

    def _replayed(self, pair: Pair, where: Placing, cases: Sequence[Case], found: _Findings) -> None:
        wanted = [*cases[: self._wants.cases]]
        wanted += self._more(cases, self._wants.cases - len(wanted))
        for world in self._worlds(pair, where):
            lacking = self._replay(where, World()).lacking(world.masked) if world.masked else ()
            if lacking:
                told = f"{', '.join(lacking)} cannot be imported here, so nothing was run with it: install it"
                found.worlds.append(WorldRecord(world.name, world.masked, 0, told))
                found.missing.append(told)
                continue
            replay = self._replay(where, world)
            trial = tried(replay, wanted, self._wants.thorough)
            found.add(trial, world)
            if trial.returned and trial.refuted is None:
                with_timing = self._wants.with_timing and not any(one.name == "timing" for one in found.checks)
                found.add_checks(self._once_a_world(replay, trial.returned, with_timing=with_timing), world)
            if found.refutation is not None:
                break
        if not found.returned and found.refutation is None:
            found.missing += (one.missing for one in found.worlds if one.missing)
        self._require_apart(where, found)

    def _once_a_world(
        self, replay: Replay, returned: Sequence[Case], *, with_timing: bool
    ) -> Iterator[tuple[Check, Case]]:
        """What costs too much for every case; the first is one that somebody gave, if any of those returned."""
        first = returned[0]
        yield replay.checkpoints(first), first
        if self._wants.with_compile:
            yield replay.graphs(first), first
            yield replay.export(first), first
        if with_timing:
            largest = max(returned, key=elements_of)
            yield replay.timing(largest), largest

    def _worlds(self, pair: Pair, where: Placing) -> Iterable[World]:
        """Those that the file tells apart in either version, by the names of the original."""
        package = where.module if pair.old.file.endswith("__init__.py") else where.module.rpartition(".")[0]
        sides = ((self._old, pair.old), (self._new, pair.new))
        texts = (held.texts[one.file].decode("utf-8", "replace") for held, one in sides)
        return dict.fromkeys(world for text in texts for world in worlds_of(text, package))

    def _replay(self, where: Placing, world: World) -> Replay:
        """The workers of a world; those that were used longest ago make room."""
        masked = tuple(map(renaming(where.renames), world.masked))
        old = self._configuration(0, where.module, where.old_root, world.masked, ())
        new = self._configuration(1, where.new_module, where.new_root, masked, where.renames)
        replay = self._replays.pop((old, new), None) or Replay(old, new, self._wants.time_limit_s)
        while len(self._replays) >= _OPEN:
            self._replays.pop(next(iter(self._replays))).stop()
        self._replays[old, new] = replay
        return replay

    def _configuration(
        self, side: int, module: str, root: str, masked: tuple[str, ...], names: tuple[tuple[str, str], ...]
    ) -> Configuration:
        held = (self._old, self._new)[side]
        project = {name.partition(".")[0] for name in (*held.modules, module)}
        return Configuration(
            path=(os.path.normpath(os.path.join(self._folders[side], root)),),
            masked=masked,
            names=names,
            project_modules=tuple(sorted(project)),
            folder=self._folders[side],
            memory_mb=self._wants.memory_mb,
            seed=self._wants.seed,
        )

    def _require_apart(self, where: Placing, found: _Findings) -> None:
        """Two packages side by side may import each other, and would then be compared with themselves."""
        places = [os.path.join(one.version.tree.root, one.version.place) for one in (self._old, self._new)]
        inside = [
            os.path.join(place, "").startswith(os.path.join(other, "")) for place, other in (places, places[::-1])
        ]
        if any(one.version.tree.edits for one in (self._old, self._new)) or any(inside):
            return
        crossed = [*self._replay(where, World()).loaded(*places)]
        if any(crossed):
            found.is_mingled = True
            file = os.path.relpath(
                next(one for files in crossed for one in reversed(files)), os.path.commonpath(places)
            )
            found.missing.append(f"one version imports {file} of the other: give two projects, or git revisions")


@dataclass
class _Findings:
    """What the worlds have shown so far."""

    checks: list[Check] = field(default_factory=list)
    alike: list[Check] = field(default_factory=list)  # of worlds in which nothing returned
    worlds: list[WorldRecord] = field(default_factory=list)
    returned: dict[Case, None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    refutation: Refutation | None = None
    runs: int = 0
    is_mingled: bool = False

    def add(self, trial: Trial, world: World) -> None:
        self.runs += trial.runs
        if trial.returned or trial.refuted is not None:
            self.checks += trial.checks
        else:
            self.alike += trial.checks
        self.returned.update(dict.fromkeys(trial.returned))
        why_not = "" if trial.returned else trial.why_not
        self.worlds.append(WorldRecord(world.name, world.masked, len(trial.returned), why_not))
        if trial.refuted is not None:
            self.refutation = Refutation(trial.refuted.check, trial.refuted.case, trial.refuted.mode, world.name)

    def add_checks(self, checks: Iterable[tuple[Check, Case]], world: World) -> None:
        """Up to the first refutation."""
        for check, case in checks:
            self.checks.append(check)
            if is_refuted(check):
                self.refutation = Refutation(check, case, Mode(), world.name)
                return


def _digests(held: Inventory, one: ModuleClass) -> Mapping[str, str]:
    """Of all files that the class depends on, by their paths in the root of the tree."""
    return {file: held.digest(file) for file in sorted(held.reach(one.file))}
