"""Bytes -> physical lines, and which of them are headings or lie in a fenced block.

Markdown libraries are made to render: they give no columns within a line, fold line ends, and are not there in a bare
installation.  A ticket is patched in place, so this looks at physical lines itself, and at no more of CommonMark 0.31
than decides what a line is: fences (4.5) and ATX headings (4.2).  It departs from it in one thing.  A fence that is
never closed hides nothing: its first line counts as text, since what it would swallow are the verdicts below it.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

FENCE = re.compile(r" {0,3}(?:(?P<ticks>`{3,})[^`\n]*|(?P<tildes>~{3,})[^\n]*)$")
RULE = re.compile(r" {0,3}-{3,}[ \t]*$")
_MARK = re.compile(r" {0,3}(?:(?P<level>#{1,6})(?=[ \t]|$)|(?P<fence>`{3,}|~{3,}))(?P<rest>.*)$", re.DOTALL)


class Heading(NamedTuple):
    """``line`` counts from 0, as all lines do here."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text without their ends; ``code`` has a 1 for each that belongs to a fenced block."""

    texts: Sequence[str]
    code: bytearray
    headings: tuple[Heading, ...]
    unclosed: tuple[int, ...]

    def headings_in(self, first: int, last: int, level: int) -> list[Heading]:
        """The headings on the lines from ``first`` up to ``last``, down to a level."""
        begin = bisect_left(self.headings, (first,))
        end = bisect_left(self.headings, (last,))
        return [heading for heading in self.headings[begin:end] if heading.level <= level]

    def is_text(self, line: int) -> bool:
        return not self.code[line]

    def trimmed(self, first: int, last: int) -> tuple[int, int]:
        """The range without blank lines at either end, nor rules between this section and the next."""
        while first < last and is_blank(self.texts[first]):
            first += 1
        while last > first and self._is_margin(last - 1):
            last -= 1
        return first, last

    def _is_margin(self, line: int) -> bool:
        return is_blank(self.texts[line]) or (not self.code[line] and RULE.match(self.texts[line]) is not None)


class Decoded(NamedTuple):
    """A file's text with line feeds for line ends.  ``odd`` are the lines that are not UTF-8, read as Windows-1252."""

    text: str
    odd: tuple[int, ...]
    has_mark: bool
    is_utf16: bool


def decoded(data: bytes) -> Decoded:
    """Text of any bytes; line N of it is line N of ``data.splitlines()``."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoded(_with_line_feeds(data.decode("utf-16", "replace")), (), True, True)
    has_mark = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if has_mark else data
    try:
        return Decoded(_with_line_feeds(body.decode("utf-8")), (), has_mark, False)
    except UnicodeDecodeError:
        pass
    lines = [decoded_line(line) for line in _with_line_feeds_in(body).split(b"\n")]
    odd = tuple(number for number, (_, encoding) in enumerate(lines) if encoding != "utf-8")
    return Decoded("\n".join(line for line, _ in lines), odd, has_mark, False)


def decoded_line(line: bytes) -> tuple[str, str]:
    """One line's text and its encoding."""
    try:
        return line.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace"), "cp1252"


def scanned(text: str) -> Lines:
    """``text`` has line feeds only for line ends."""
    texts = text.split("\n")
    code = bytearray(len(texts))
    headings: list[Heading] = []
    unclosed: list[int] = []
    marks = _marks(texts)
    longest = _longest_closings(marks)
    opened: tuple[int, str] | None = None
    for place, (line, mark) in enumerate(marks):
        fence, rest = mark["fence"], mark["rest"]
        if opened is not None:
            start, opening = opened
            if fence and fence.startswith(opening) and not rest.strip(" \t"):
                code[start : line + 1] = b"\1" * (line + 1 - start)
                opened = None
        elif fence is None:
            headings.append(Heading(line, len(mark["level"]), rest.strip(" \t")))
        elif fence[0] == "~" or "`" not in rest:
            if longest[place][fence[0] == "~"] >= len(fence):
                opened = line, fence
            else:
                unclosed.append(line)
    return Lines(texts, code, tuple(headings), tuple(unclosed))


def is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _marks(texts: Sequence[str]) -> list[tuple[int, re.Match[str]]]:
    """The lines that begin a heading or a fence, with their numbers."""
    candidates = [(number, line) for number, line in enumerate(texts) if line and line[0] in " #`~"]
    return [(number, mark) for number, line in candidates if (mark := _MARK.match(line)) is not None]


def _longest_closings(marks: Sequence[tuple[int, re.Match[str]]]) -> list[tuple[int, int]]:
    """For each mark the longest fences below it that can close one, by kind: so no line is looked at twice."""
    ticks = tildes = 0
    longest = []
    for _, mark in reversed(marks):
        longest.append((ticks, tildes))
        fence = mark["fence"]
        if fence and not mark["rest"].strip(" \t"):
            if fence[0] == "~":
                tildes = max(tildes, len(fence))
            else:
                ticks = max(ticks, len(fence))
    return longest[::-1]


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _with_line_feeds_in(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
