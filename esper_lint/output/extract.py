"""The lines of one member as a terminal can show them, with the stretches that its holes cover."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esper_lint.findings import Member, Span
from esper_lint.rules.excerpt import printable

_TAB = "    "
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Mark:
    """The cells from ``start`` up to ``end`` of a shown line belong to the hole with this number in the legend.

    ``first`` tells the line on which the hole begins from those on which it goes on.
    """

    start: int
    end: int
    number: int
    first: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the indentation that all lines share.

    ``key`` is what two lines are compared by: the code without blanks, with holes by their numbers and names renamed.
    """

    number: int
    text: str
    key: str
    marks: tuple[Mark, ...]


def extract(
    member: Member, source: Sequence[str], spans: Sequence[tuple[int, Span]], renames: Mapping[str, str]
) -> list[Line]:
    """The member's lines with the numbered spans marked; what lies outside the source is left out.

    A renamed local has one span, where it first occurs, but its other lines are no differences either: ``renames``,
    name -> the other member's name, is applied to the keys.
    """
    first, last = max(member.line, 1), min(member.end_line, len(source))
    texts = {number: source[number - 1].rstrip("\r\n\f\v ") for number in range(first, last + 1)}
    indent = min((_indentation(text) for text in texts.values() if text), default=0)
    at: dict[int, list[tuple[int, Span]]] = {}
    for hole, span in sorted(spans, key=lambda item: (item[1].line, item[1].column)):
        for number in range(max(span.line, first), min(span.end_line, last) + 1):
            at.setdefault(number, []).append((hole, span))
    return [_line(number, text, indent, at.get(number, ()), renames) for number, text in texts.items()]


def width(text: str) -> int:
    """The cells that printable text takes: wide characters of East Asian scripts take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def cut(text: str, limit: int) -> str:
    """The text, ended by an ellipsis where it would take more than ``limit`` cells."""
    if width(text) <= limit:
        return text
    while width(text) > max(limit - 1, 0):
        text = text[: min(len(text) - 1, max(limit - 1, 0))]
    return text + "…" if limit > 0 else ""


def _line(number: int, text: str, indent: int, spans: Sequence[tuple[int, Span]], renames: Mapping[str, str]) -> Line:
    # Character by character only where one may take more cells than it has columns.
    shown = text if text.isprintable() else [_TAB if char == "\t" else printable(char) for char in text]
    marks, key, position = [], "", 0
    for hole, span in spans:
        start = span.column - 1 if number == span.line else _indentation(text)
        end = min(span.end_column - 1 if number == span.end_line else len(text), len(text))
        start = max(start, indent, position)
        if start < end:
            cells = width("".join(shown[indent:start])), width("".join(shown[indent:end]))
            marks.append(Mark(*cells, hole, number == span.line))
            key += f"{text[position:start]}\0{hole}\0"
            position = end
    key += text[position:]
    if renames:
        key = _WORD.sub(lambda word: renames.get(word[0], word[0]), key)
    return Line(number, "".join(shown[indent:]), "".join(key.split()), tuple(marks))


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip())
