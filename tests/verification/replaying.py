"""Two texts of a module -> the checks of a case, in this process; the texts are trusted."""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from esper_lint.verification.checks import Check, combined
from esper_lint.verification.comparing import compare, compare_export, compare_graphs
from esper_lint.verification.specs import Case

if TYPE_CHECKING:
    from esper_lint.verification.lookup import Names

MODES: tuple[dict[str, object], ...] = (
    {"training": False, "grad": False},
    {"training": True, "grad": True},
    {"training": False, "grad": True, "precision": "bfloat16"},
)


@contextmanager
def settled_torch() -> Iterator[None]:
    """torch as a worker has it, and afterwards as it was."""
    torch = pytest.importorskip("torch")
    threads, state, python = torch.get_num_threads(), torch.get_rng_state(), random.getstate()
    strict, warns = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict, warn_only=warns)
        torch.set_rng_state(state)
        random.setstate(python)


@contextmanager
def version(text: str, name: str, here: str) -> Iterator[Names]:
    """A module ``here`` of the text, which cases call ``name``."""
    from esper_lint.verification.lookup import Names

    module = ModuleType(here)
    sys.modules[here] = module
    try:
        exec(compile(text, f"<{here}>", "exec", dont_inherit=True), module.__dict__)
        yield Names((here,), ((name, here),))
    finally:
        del sys.modules[here]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one version shows: an observation a mode, graphs and export."""

    observations: tuple[Mapping[str, Any], ...]
    graphs: Mapping[str, Any]
    export: Mapping[str, Any]


def seen(case: Case, names: Names) -> Seen:
    from esper_lint.verification.exporting import exported
    from esper_lint.verification.graphs import graphs
    from esper_lint.verification.observing import observe, options

    with settled_torch():
        observations = tuple(observe(case, options(mode, case), names) for mode in MODES)
        return Seen(observations, graphs(case, names), exported(case, names))


@functools.cache
def seen_of_text(case: Case, text: str, name: str, here: str) -> Seen:
    """Kept, since many variants start from one text."""
    with version(text, name, here) as names:
        return seen(case, names)


def checks(old: Seen, new: Seen) -> tuple[Check, ...]:
    """One check a row, over all modes."""
    found = [check for pair in zip(old.observations, new.observations, strict=True) for check in compare(*pair)]
    return combined([*found, compare_graphs(old.graphs, new.graphs), compare_export(old.export, new.export)])
