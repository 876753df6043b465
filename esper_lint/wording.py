"""Words that several verbs use of what they did."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "s") -> str:
    """``1 file``, ``2,000 files``."""
    return f"{number:,} {noun}{'' if number == 1 else plural}"
