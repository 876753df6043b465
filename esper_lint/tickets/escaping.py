"""Texts of people inside of a ticket: nothing that they hold is taken for the ticket's own structure.

A line that would be is written with a backslash before it, and read without it.  Which lines are in danger depends on
where the text stands: ``limit`` is the level down to which headings end it, ``claimed`` tells the lines that its reader
takes for fields.  Fenced lines are in no danger.  So for every text ``unescaped(escaped(text)) == text``, as long as
it has no blank line at either end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from esper_lint.tickets.scanning import FENCE, RULE, Lines, is_blank, scanned

Claim = Callable[[str], bool]

_BACKSLASHES = re.compile(r"([ \t]*)(\\+)(.*)", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_INDENT = re.compile(r"[ \t]*")


def nothing(line: str) -> bool:
    """The claim of a text in which no line is a field."""
    return False


def escaped(text: str, limit: int, claimed: Claim = nothing) -> str:
    """The text with line feeds, without blank lines at either end, and with no line that is taken for another thing."""
    text = _without_margins(text)
    if not text:
        return ""
    lines = scanned(text)
    last = len(lines.texts) - 1
    unclosed = set(lines.unclosed)
    return "\n".join(
        _escaped(line, limit, claimed, is_unclosed=number in unclosed, is_last=number == last)
        if lines.is_text(number)
        else line
        for number, line in enumerate(lines.texts)
    )


def unescaped(lines: Lines, numbers: Iterable[int], limit: int, claimed: Claim = nothing) -> str:
    """The text that these lines hold."""
    texts = [
        _unescaped(lines.texts[number], limit, claimed)
        if "\\" in lines.texts[number] and not lines.code[number]
        else lines.texts[number]
        for number in numbers
    ]
    return _without_margins("\n".join(texts))


def _escaped(line: str, limit: int, claimed: Claim, *, is_unclosed: bool, is_last: bool) -> str:
    if (escape := _BACKSLASHES.match(line)) is not None:
        is_taken = _may_be_taken(escape[1] + escape[3], limit, claimed)
    else:
        is_taken = (
            is_unclosed or (is_last and RULE.match(line) is not None) or _is_heading(line, limit) or claimed(line)
        )
    if not is_taken:
        return line
    indent = _INDENT.match(line)
    width = indent.end() if indent else 0
    return f"{line[:width]}\\{line[width:]}"


def _unescaped(line: str, limit: int, claimed: Claim) -> str:
    escape = _BACKSLASHES.match(line)
    if escape is None or not _may_be_taken(escape[1] + escape[3], limit, claimed):
        return line
    return escape[1] + escape[2][1:] + escape[3]


def _may_be_taken(line: str, limit: int, claimed: Claim) -> bool:
    return _is_heading(line, limit) or FENCE.match(line) is not None or RULE.match(line) is not None or claimed(line)


def _is_heading(line: str, limit: int) -> bool:
    heading = _HEADING.match(line)
    return heading is not None and len(heading[1]) <= limit


def _without_margins(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first, last = 0, len(lines)
    while first < last and is_blank(lines[first]):
        first += 1
    while last > first and is_blank(lines[last - 1]):
        last -= 1
    return "\n".join(lines[first:last])
