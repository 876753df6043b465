"""Lines of code -> the classes of their stretches; and, with the marks of holes, the HTML of each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String, Token

from esper_lint.output.extract import Line, Mark, width

HUES = 6
"""Holes are coloured by their number, modulo this; the number itself is always written beside."""

_CLASSES = {
    Comment: "tc",
    Literal.String.Doc: "tc",
    String: "ts",
    Number: "tn",
    Keyword: "tk",
    Operator.Word: "tk",
    Name.Function: "tf",
    Name.Class: "tf",
    Name.Decorator: "td",
    Name.Builtin.Pseudo: "tb",
}

Stretch = tuple[int, int, str]


def stretches(texts: Sequence[str]) -> list[list[Stretch]]:
    """For each line of one passage what is a comment, keyword and so on: (start, end, class), in order."""
    found: list[list[Stretch]] = [[] for _ in texts]
    row = column = 0
    for kind, text in _lexer().get_tokens("\n".join(texts)):
        name = _class_of(kind)
        for index, part in enumerate(text.split("\n")):
            if index:
                row, column = row + 1, 0
            if part and name and row < len(found):
                found[row].append((column, column + len(part), name))
            column += len(part)
    return found


def code_html(line: Line, kinds: Sequence[Stretch]) -> Markup:
    """The line with its stretches in spans, and each hole in a numbered ``mark``."""
    html = Markup()
    done = 0
    for mark in line.marks:
        start, end = (characters(line.text, cells) for cells in (mark.start, mark.end))
        html += _plain(line.text, done, start, kinds) + _marked(line.text, start, end, mark, kinds)
        done = end
    return html + _plain(line.text, done, len(line.text), kinds)


def passage_html(lines: Sequence[Line]) -> list[Markup]:
    """The HTML of the lines of one member."""
    kinds = stretches([line.text for line in lines])
    return [code_html(line, found) for line, found in zip(lines, kinds, strict=True)]


def _marked(text: str, start: int, end: int, mark: Mark, kinds: Sequence[Stretch]) -> Markup:
    number = Markup('<span class="n">{}</span>').format(mark.number) if mark.first else Markup()
    inside = _plain(text, start, end, kinds)
    return Markup('<mark class="h{}">{}{}</mark>').format(mark.number % HUES, number, inside)


def _plain(text: str, start: int, end: int, kinds: Sequence[Stretch]) -> Markup:
    return Markup().join(_pieces(text, start, end, kinds))


def _pieces(text: str, start: int, end: int, kinds: Sequence[Stretch]) -> Iterator[Markup]:
    done = start
    for opens, closes, name in kinds:
        first, last = max(opens, start), min(closes, end)
        if first < last:
            yield escape(text[done:first])
            yield Markup('<span class="{}">{}</span>').format(name, text[first:last])
            done = last
    yield escape(text[done:end])


def characters(text: str, cells: int) -> int:
    """How many characters of the text take up that many cells of a terminal, in which marks are given."""
    if text.isascii():
        return cells
    return next((index for index in range(len(text) + 1) if width(text[:index]) >= cells), len(text))


@lru_cache(maxsize=1)
def _lexer() -> PythonLexer:
    return PythonLexer(stripnl=False, stripall=False, ensurenl=False)


@lru_cache(maxsize=256)
def _class_of(kind: Any) -> str:
    while kind is not Token and kind is not None:
        if kind in _CLASSES:
            return _CLASSES[kind]
        kind = kind.parent
    return ""
