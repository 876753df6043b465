"""The lines that a fix may change, and whether all others are what they were."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.source import Source, docstring, last_line


class Lines(NamedTuple):
    """From the first line to the last one, both included; empty where ``last < first``."""

    first: int
    last: int


def body_lines(source: Source, node: ast.FunctionDef | ast.ClassDef) -> Lines:
    """The lines of the body, without header and docstring where these have lines of their own."""
    end = last_line(node)
    header = next(token.start[0] for token in source.tokens(node.lineno, end) if token.type == tokenize.NEWLINE)
    text = docstring(node)
    code = node.body[1:] if text else node.body
    first = max(header, last_line(text) if text else 0) + 1
    return Lines(min([first, *(statement.lineno for statement in code)]), end)


def helper_lines(source: Source, node: ast.FunctionDef | ast.ClassDef) -> Lines:
    """A helper with the comments at its end."""
    last = last_line(node)
    while last < len(source.lines) and source.lines[last].startswith((" ", "\t")) and _is_comment(source.lines[last]):
        last += 1
    return Lines(node.lineno, last)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def check_layout(before: Source, after: Source, sites: Sequence[tuple[Lines, Lines]], added: Iterable[Lines]) -> None:
    """Lines outside the bodies of sites are equal, but for blank ones around what was added.

    ``sites`` are before and after. Raises ``Objection``.
    """
    old = _outline(before, [lines for lines, _ in sites], [])
    new = _outline(after, [lines for _, lines in sites], list(added))
    at = 0
    number = 0
    while number < len(new):
        stretch = number
        while stretch < len(new) and new[stretch].is_blank:
            stretch += 1
        if any(row.is_added for row in new[number:stretch]):
            blanks = at
            while blanks < len(old) and old[blanks].is_blank:
                blanks += 1
            if sum(not row.is_added for row in new[number:stretch]) < blanks - at:
                raise Objection("layout", "blank lines were taken away", old[at].number, before.path)
            at, number = blanks, stretch
            continue
        if at == len(old) or old[at].text != new[number].text:
            line = old[at].number if at < len(old) else len(before.lines)
            raise Objection("layout", "a line outside the sites has changed", line, before.path)
        at, number = at + 1, number + 1
    if at < len(old):
        raise Objection("layout", "a line outside the sites was taken away", old[at].number, before.path)


class _Row(NamedTuple):
    """A line, or a mark in the place of what is not compared."""

    number: int
    text: str
    is_added: bool = False

    @property
    def is_blank(self) -> bool:
        return self.is_added or not self.text.strip()


def _outline(source: Source, sites: Sequence[Lines], added: Sequence[Lines]) -> list[_Row]:
    marks = {lines.first: _Row(lines.first, f"site {number}") for number, lines in enumerate(sites)}
    marks.update({lines.first: _Row(lines.first, "", True) for lines in added})
    hidden = {row for lines in (*sites, *added) for row in range(lines.first, lines.last + 1)}
    rows = []
    for number, text in enumerate(source.lines, start=1):
        if number in marks:
            rows.append(marks[number])
        if number not in hidden:
            rows.append(_Row(number, text))
    return rows
