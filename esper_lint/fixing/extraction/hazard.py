"""A reason why a statement cannot move into a helper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Hazard:
    """``code`` is one of ``refusals.REFUSALS``; ``line`` counts from 1 in the file ``path``."""

    code: str
    path: str
    line: int
    message: str


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_Cause = TypeVar("_Cause", bound=_Coded)


def first_of_each_code(causes: Iterable[_Cause]) -> tuple[_Cause, ...]:
    """The causes without those whose code one before them has."""
    found: dict[str, _Cause] = {}
    for one in causes:
        found.setdefault(one.code, one)
    return tuple(found.values())
