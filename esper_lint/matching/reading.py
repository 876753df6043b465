"""Passages of files, read: passage in; terms, and the exact places of terms, out.

Nothing is read before it is asked for, and one ``Reader`` reads no text twice.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from dataclasses import dataclass, field

from esper_lint.discovery.decoding import LINE_END
from esper_lint.findings import Span
from esper_lint.matching.reading_passage import Passage, UnreadablePassage
from esper_lint.matching.reading_statements import Cut, StatementText, cut, uncut
from esper_lint.matching.reading_terms import Term, TermReader, TermTable

__all__ = ["Body", "Passage", "Reader", "UnreadablePassage"]

# Under this header every statement parses as it stands, at its own indentation: `return` and `await` too, since the
# grammar leaves it to the compiler whether they stand in a function.
_HEADER = "if 1:\n"


class Reader:
    """Reads statement texts, each once.  Share one between calls to share what it has read; not between threads.

    It forgets all, between two calls, beyond ``limit`` readings: a tree takes a hundred times the memory of its text.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self.table = TermTable()
        self._limit = limit
        self._readings: dict[str, tuple[Term, ...]] = {}
        self._cuts: dict[str, Cut] = {}

    def cut(self, text: str) -> Cut:
        found = self._cuts.get(text)
        if found is None:
            found = self._cuts[text] = cut(text)
        return found

    def read(self, text: str) -> tuple[Term, ...]:
        """Raises UnreadablePassage, or RecursionError."""
        reading = self._readings.get(text)
        if reading is None:
            reading = self._readings[text] = self._parsed(text)
        return reading

    def forget(self) -> None:
        """Drop what is beyond the limit; what callers hold stays valid."""
        if len(self._readings) > self._limit:
            self._readings.clear()
            self.table.forget()
        if len(self._cuts) > self._limit:
            self._cuts.clear()

    def _parsed(self, text: str) -> tuple[Term, ...]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an invalid escape is the analysed code's affair
                tree = ast.parse(_HEADER + text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise UnreadablePassage(str(error)) from None
        match tree.body:
            case [ast.If(body=body, orelse=[])]:
                return TermReader(self.table, text, _HEADER.count("\n")).statements(body)
        raise UnreadablePassage("not statements at one indentation")


@dataclass(slots=True)
class Body:
    """The statements of one passage, read when asked for; ``whole`` distrusts the cut into statements.

    ``plain`` is the text whatever its depth, comments included.  ``words`` are the statements' texts, equal only in
    passages that mean the same.
    """

    passage: Passage
    reader: Reader
    whole: bool = False
    plain: str = field(init=False)
    words: tuple[str, ...] = field(init=False)
    _statements: list[tuple[StatementText, int]] = field(init=False)
    _line_starts: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        text = self.passage.text
        found = uncut(text) if self.whole else self.reader.cut(text)
        self.plain = found.plain
        self.words = tuple(piece.plain for piece in found.statements)
        self._statements = [
            (piece, at)
            for piece in found.statements
            for at in range(len(self.reader.read(piece.text)) if piece.joined else 1)
        ]

    def __len__(self) -> int:
        return len(self._statements)

    def plain_statement(self, index: int) -> str | None:
        """The text, free of its depth, of a statement that has its lines for itself; None for another."""
        piece, _ = self._statements[index]
        return None if piece.joined else piece.plain

    def statement(self, index: int) -> Term:
        """Raises UnreadablePassage, in particular if the passage was cut wrongly."""
        piece, at = self._statements[index]
        statements = self.reader.read(piece.text)
        if not piece.joined and len(statements) != 1:
            raise UnreadablePassage("not one statement")
        return statements[at]

    def extent(self, index: int, term: Term) -> tuple[int, int]:
        """Offsets into the passage of a term of statement ``index``."""
        piece, _ = self._statements[index]
        start, end = term.extent
        return piece.start + start, piece.start + end

    def span(self, start: int, end: int) -> Span:
        """The place in the file between two offsets into the passage."""
        return Span(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        if not self._line_starts:
            self._line_starts = [0, *(newline.end() for newline in LINE_END.finditer(self.passage.text))]
        row = bisect_right(self._line_starts, offset) - 1
        return self.passage.line + row, offset - self._line_starts[row] + 1
