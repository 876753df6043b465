"""A reason why a statement cannot move into a helper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hazard:
    """``code`` is one of ``refusals.REFUSALS``; ``line`` counts from 1 in the file ``path``."""

    code: str
    path: str
    line: int
    message: str
