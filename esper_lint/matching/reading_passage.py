"""What is read: a passage of a file, or the refusal to read it."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadablePassage(Exception):
    """A passage that cannot be parsed, or that nests too deep to be compared."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole physical lines of a file that hold statements, indented and all alike, from line number ``line`` (from 1).

    What precedes the first statement on its line (``def f(self):`` of a one-line method) is blanked.  Lines that
    lack the indentation may only be blank, comments, or inside brackets and strings.
    """

    text: str
    line: int
