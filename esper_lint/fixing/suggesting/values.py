"""What comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["dead guard", "merge", "contract"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to do by hand: what, where (line from 1), and in one line why."""

    kind: Kind
    path: str
    line: int
    message: str
