"""A reason why a statement cannot move into a helper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Hazard:
    """``code`` is one of ``refusals.REFUSALS``; ``line`` counts from 1 in the file ``path``.

    ``apart`` tells how much it keeps apart: the nodes of the common statements on either side of it, between others.
    """

    code: str
    path: str
    line: int
    message: str
    apart: int = field(default=0, compare=False)

    def keeping(self, nodes: int) -> Hazard:
        """The same, where it keeps so many more nodes apart."""
        return replace(self, apart=self.apart + nodes)


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
