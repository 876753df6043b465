"""What goes into a merge and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassSite:
    """A class of the file: ``line``, from 1, is that of its ``class`` statement, below any decorators."""

    qualname: str
    line: int


@dataclass(frozen=True, slots=True)
class Merge:
    """The whole file with the base class in it.

    ``moved`` are the names that the base defines, in its order; ``notes`` say what is not quite as before.
    """

    base: str
    classes: tuple[ClassSite, ...]
    after: str
    moved: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmergeable:
    """Why classes, or one part of them, stay as they are: the line, from 1, is the one that is in the way."""

    code: str
    line: int
    message: str
