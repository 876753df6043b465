"""What comes of a write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """It is done; ``notice`` is what to tell of it."""

    notice: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing was written.  ``status`` is that of HTTP, and ``changes`` what became of the ticket underneath."""

    status: int
    message: str
    changes: tuple[str, ...] = ()


Write = Callable[[str, Mapping[str, str]], Written | Declined]
"""Takes the id that the address names, and the fields of the form."""
