"""Rows of tables with the columns of their cells, and fields: a row or a line that gives a label and its value.

GFM's rule for cells: ``\\|`` is a pipe inside one, and the backslashes before it halve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from esper_lint.tickets.markup import inline, key, one_line, plain
from esper_lint.tickets.scanning import Lines

_BAR = re.compile(r"\|")
_PIPE = re.compile(r"(?<!\\)(\\*)\|")
_BEFORE_PIPE = re.compile(r"(?<!\\)(\\+)\|")
_DELIMITER = re.compile(r":?-+:?")
_LONG_DELIMITER = re.compile(r":?-{3,}:?")
_LABEL = re.compile(r"[ \t]*(?:[-*+][ \t]+)?\*\*(?P<label>[^*]+?)(?::\*\*|\*\*[ \t]*:)[ \t]*(?P<value>.*)", re.DOTALL)
_BOLD_WHOLE = re.compile(r"[ \t]*(?:[-*+][ \t]+)?\*\*(?P<label>[^*:]+):[ \t]*(?P<value>[^*]+)\*\*[ \t]*", re.DOTALL)
_HEADERS = {("field", "value"), ("property", "value"), ("key", "value"), ("item", "value"), ("attribute", "value")}


class Row(NamedTuple):
    """``cells`` are unescaped; ``spans`` are their columns in the line, without the blanks around."""

    line: int
    cells: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


class Pair(NamedTuple):
    """A label, its value, and the columns of the value in its line.  ``is_repaired``: pipes in it were not escaped."""

    key: str
    label: str
    value: str
    line: int
    start: int
    end: int
    is_row: bool
    is_repaired: bool = False


class Table(NamedTuple):
    """Lines from ``first`` up to ``end``; ``rows`` are those that are no delimiters."""

    first: int
    end: int
    rows: tuple[Row, ...]
    has_delimiter: bool

    @property
    def has_fields_header(self) -> bool:
        """Whether the first row only says that labels and values follow."""
        return bool(self.rows) and tuple(key(plain(cell)) for cell in self.rows[0].cells[:2]) in _HEADERS

    @property
    def is_wide(self) -> bool:
        """Whether the first row is a header of more than two columns."""
        return self.has_delimiter and len(self.rows[0].cells) > 2


def is_row(line: str) -> bool:
    return line.lstrip(" \t").startswith("|")


def row_of(line: str, number: int) -> Row:
    """The cells of a line that ``is_row``."""
    if "\\" in line:
        pipes = [mark.end() - 1 for mark in _PIPE.finditer(line) if len(mark[1]) % 2 == 0]
    else:
        pipes = [mark.start() for mark in _BAR.finditer(line)]
    spans = [_trimmed(line, start + 1, end) for start, end in pairwise(pipes)]
    if not pipes:
        return Row(number, (), ())
    tail = _trimmed(line, pipes[-1] + 1, len(line))
    if tail[0] < tail[1]:
        spans.append(tail)
    return Row(number, tuple(unescaped_cell(line[start:end]) for start, end in spans), tuple(spans))


def table_at(lines: Lines, first: int, last: int) -> Table:
    """The table that begins with a row at ``first`` and ends before ``last``."""
    rows: list[Row] = []
    has_delimiter = False
    end = first
    while end < last and lines.is_text(end) and is_row(lines.texts[end]):
        row = row_of(lines.texts[end], end)
        pattern = _DELIMITER if end == first + 1 else _LONG_DELIMITER
        if row.cells and all(pattern.fullmatch(cell) for cell in row.cells):
            has_delimiter |= end == first + 1
        else:
            rows.append(row)
        end += 1
    return Table(first, end, tuple(rows), has_delimiter)


def pairs_in(table: Table, lines: Lines) -> Iterator[Pair]:
    """The label and value of each row but the header ``Field | Value``.  What follows the second cell belongs to it,
    unless the table has a third column."""
    rows = table.rows[1:] if table.has_fields_header else table.rows
    for row in rows:
        if row.cells:
            yield pair_of(row, lines.texts[row.line], is_wide=table.is_wide)


def pair_of(row: Row, line: str, *, is_wide: bool = False) -> Pair:
    label = plain(row.cells[0])
    if len(row.cells) == 1:
        # A row without a second cell, or with one that has no end: its value would stand before the last pipe.
        end = len(line.rstrip(" \t"))
        place = end if line.count("|") < 2 else row.spans[0][1]
        return Pair(key(label), label, "", row.line, place, place, True)
    start, end = row.spans[1]
    is_repaired = not is_wide and len(row.cells) > 2 and any(row.cells[2:])
    if is_repaired:
        end = max(span[1] for span, cell in zip(row.spans, row.cells, strict=True) if cell)
    return Pair(key(label), label, unescaped_cell(line[start:end]), row.line, start, end, True, is_repaired)


def label_pair(line: str, number: int) -> Pair | None:
    """The field that a line gives as ``**Label:** value``, or None."""
    if "**" not in line:
        return None
    found = _LABEL.fullmatch(line) or _BOLD_WHOLE.fullmatch(line)
    if found is None:
        return None
    start = found.start("value")
    value = found["value"].rstrip(" \t")
    return Pair(key(found["label"]), found["label"].strip(" \t"), value, number, start, start + len(value), False)


def row_text(cells: Sequence[str]) -> str:
    """A line of a table; the cells are Markdown already."""
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in map(escaped_cell, cells))


def cell(value: str) -> str:
    """A value as Markdown that ``plain`` takes back."""
    return inline(value)


def escaped_cell(text: str) -> str:
    text = one_line(text)
    return _BEFORE_PIPE.sub(lambda run: run[1] * 2 + "|", text).replace("|", "\\|") if "|" in text else text


def unescaped_cell(text: str) -> str:
    if "\\|" not in text:
        return text
    return _BEFORE_PIPE.sub(lambda run: "\\" * (len(run[1]) // 2) + "|", text)


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start] in " \t":
        start += 1
    while end > start and line[end - 1] in " \t":
        end -= 1
    return start, end
