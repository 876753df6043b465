"""What a comparison finds: one check a row, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Result = Literal["equal", "differs", "not run"]

# Of one case in one mode; ``ROWS`` adds those of which there is one a class.
CASE_ROWS = (
    "outcome",
    "outputs",
    "gradients",
    "state_dict",
    "parameters",
    "initialisation",
    "strides",
    "mutation",
    "buffers",
    "hooks",
    "reads",
    "ops",
)
ROWS = (*CASE_ROWS, "graphs", "export", "checkpoints", "timing")

_RANK: dict[Result, int] = {"differs": 0, "equal": 1, "not run": 2}


@dataclass(frozen=True, slots=True)
class Check:
    """``detail``, one line, is the first difference, or why the check was not run, or what an equal one can add."""

    name: str
    outcome: Result
    detail: str = ""


def combined(checks: Iterable[Check]) -> tuple[Check, ...]:
    """One check a row: the first that differs, else the first that is equal, else the first; in the order of ROWS."""
    best: dict[str, Check] = {}
    for check in checks:
        if check.name not in best or _RANK[check.outcome] < _RANK[best[check.name].outcome]:
            best[check.name] = check
    return tuple(best[name] for name in ROWS if name in best)
