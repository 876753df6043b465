"""The top-level statements of a passage as stretches of its text, found without parsing it.

Copies of a forward share most of their statements word for word.  Cutting the text first lets the stages behind read
each distinct statement once, and leave unread those that stand equal in all copies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from esper_lint.discovery.decoding import LINE_END

_PIECE = re.compile(
    r"""[^'"\#()\[\]{};\r\n\\]+          # what cannot end a logical line
    | '{3}(?:[^\\]|\\.)*?'{3} | "{3}(?:[^\\]|\\.)*?"{3}
    | '(?:[^'\\\r\n]|\\(?:\r\n|.))*' | "(?:[^"\\\r\n]|\\(?:\r\n|.))*"
    | \#[^\r\n]*
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<newline>\r\n|\r|\n)
    | \\(?:\r\n|.)?                      # a backslash joins the next physical line
    | (?P<semicolon>;)
    | .""",
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(r"[ \t\f]*(?=[\#\r\n]|\Z)")
_INDENT = re.compile(r"[ \t\f]*")
_STRING_GOES_ON = ("'''", '"""', "\\\n", "\\\r")  # perhaps
_CONTINUES = re.compile(r"(?:elif|else|except|finally)\b")


@dataclass(frozen=True, slots=True)
class StatementText:
    """Whole physical lines that hold one statement, or, where ``joined``, any number (by semicolons, or uncut).

    ``start`` is an offset into the passage.  ``plain`` is equal in statements that differ in nothing but the depth at
    which they stand: the text without the passage's margin and with ``\\n`` for every line end.  Where a string may go
    over several lines the margin stays, as it is in the string's value.
    """

    text: str
    start: int
    plain: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A passage's text in statements, and all of it without its margin and kind of line ends."""

    statements: tuple[StatementText, ...]
    plain: str


def cut(text: str) -> Cut:
    """``text`` in its top-level statements; comments and blank lines between them belong to none.

    A guess that is never silently wrong: where each part parses as one statement, their sequence does as well, as no
    statement goes on after a logical line at its own indentation except by the words looked for here.
    """
    lines = logical_lines(text)
    margin = _margin(text, lines)
    stretches: list[tuple[int, int, bool]] = []
    decorated = False
    for start, end, semicolon in lines:
        first = _after_indent(text, start)
        if stretches and (first - start > len(margin) or decorated or _CONTINUES.match(text, first)):
            begun, _, joined = stretches.pop()
            stretches.append((begun, end, joined or semicolon))
        else:
            stretches.append((start, end, semicolon))
        decorated = text[first] == "@" and first - start <= len(margin)
    statements = [
        StatementText(text[start:end], start, _plain(text[start:end], margin), joined)
        for start, end, joined in stretches
    ]
    return Cut(tuple(statements), _without_margin(text, margin))


def uncut(text: str) -> Cut:
    """The whole of ``text`` in one piece, for where cutting failed."""
    lines = logical_lines(text)
    margin = _margin(text, lines)
    return Cut((StatementText(text, 0, _plain(text, margin), True),) if lines else (), _without_margin(text, margin))


def logical_lines(text: str) -> list[tuple[int, int, bool]]:
    """(start, end, has a semicolon) of every logical line; the start is that of its first physical line.

    f-strings that nest their own quotes (PEP 701) may be cut wrongly; whoever parses the pieces finds out.
    """
    lines: list[tuple[int, int, bool]] = []
    start, depth, semicolon = 0, 0, False
    is_blank = _BLANK.match(text) is not None
    for piece in _PIECE.finditer(text):
        match piece.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "semicolon":
                semicolon = True
            case "newline" if depth <= 0:
                if not is_blank:
                    lines.append((start, piece.end(), semicolon))
                start, depth, semicolon = piece.end(), 0, False
                is_blank = _BLANK.match(text, start) is not None
    if not is_blank:
        lines.append((start, len(text), semicolon))
    return lines


def _after_indent(text: str, start: int) -> int:
    indent = _INDENT.match(text, start)
    assert indent is not None  # it matches the empty string too
    return indent.end()


def _margin(text: str, lines: list[tuple[int, int, bool]]) -> str:
    """The white space before the first statement."""
    if not lines:
        return ""
    start = lines[0][0]
    return text[start : _after_indent(text, start)]


def _plain(text: str, margin: str) -> str:
    return _without_margin(text, "" if any(mark in text for mark in _STRING_GOES_ON) else margin)


def _without_margin(text: str, margin: str) -> str:
    if "\r" in text:
        text = "\n".join(LINE_END.split(text))
    return text.replace("\n" + margin, "\n").removeprefix(margin)
