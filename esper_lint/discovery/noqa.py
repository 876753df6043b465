"""The noqa comments of a file, read as flake8 reads them.

Where flake8 runs us as a plugin it applies these comments itself, so every other front end must read the same comments
in the same place, to the letter: the patterns, and what a line is, are those of flake8 7 (its ``defaults``,
``violation`` and ``processor``), against which tests hold ours.  They are written anew since importing flake8 costs 20
ms.  What may surprise in them: ``# noqa`` wants its one blank; all but ``: CODE`` after it, letters included, leaves it
bare; codes count as they are written; nothing asks whether the text is a comment or stands in a string; and whatever
follows ``# flake8: noqa`` on a line of its own, the whole file is silent.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_INLINE = re.compile(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+[,\s]*)+))?", re.IGNORECASE)
_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_FILE_ANYWHERE = re.compile(_FILE.pattern.removeprefix(r"\s*"), re.IGNORECASE)  # begins with what is quickly found
_BETWEEN_CODES = re.compile(r"[,\s]+")
_OURS = "ESP"


@dataclass(frozen=True, slots=True)
class Noqa:
    """A comment that silences: the codes that it names (none: all), and the lines ``first`` to ``last`` it speaks for.

    Those are its own line and the ones that a string or a backslash joins to it, or all lines of the file.
    """

    line: int
    column: int
    codes: tuple[str, ...]
    first: int
    last: int


def noqa_of_file(lines: Sequence[str]) -> Noqa | None:
    """The ``# flake8: noqa`` that silences the whole file."""
    for number, line in enumerate(lines, 1):
        if match := _FILE.match(line):
            return Noqa(number, match[0].index("#") + 1, (), 1, len(lines))
    return None


def noqa_comments(text: str, lines: Sequence[str], acting: Collection[int]) -> tuple[Noqa, ...]:
    """Those that speak for one of the lines ``acting``, and comments anywhere that name one of our codes.

    ``lines`` are those of ``text``, which parses; each line of ``acting`` begins a statement.
    """
    if _FILE_ANYWHERE.search(text) and (whole := noqa_of_file(lines)):
        return (whole,)
    if _INLINE.search(text) is None:
        return ()
    alone = (_read(lines[number - 1], number, number) for number in sorted(acting))
    plain = tuple(noqa for noqa in alone if noqa is not None)
    # To tokenize takes longer than to parse, so only the few files are where strings and backslashes may matter.
    if not any(_may_go_on(lines[number - 1]) for number in acting) and not _names_us_elsewhere(text, lines, acting):
        return plain
    try:
        return tuple(_tokenized(lines, acting))
    except (tokenize.TokenError, SyntaxError):  # flake8 too takes the lines as they are then
        return plain


def noqa_at(lines: Sequence[str], wanted: Collection[int]) -> tuple[Noqa, ...]:
    """The comments that speak for these lines of a file that parses, wherever in a statement they are."""
    if whole := noqa_of_file(lines):
        return (whole,)
    try:
        found: Iterator[Noqa | None] = iter(list(_tokenized(lines, wanted)))
    except (tokenize.TokenError, SyntaxError):
        found = (_read(lines[number - 1], number, number) for number in sorted(wanted))
    return tuple(noqa for noqa in found if noqa and any(noqa.first <= number <= noqa.last for number in wanted))


def _read(text: str, first: int, last: int) -> Noqa | None:
    """What flake8 finds in the text of these lines: the first that matches, wherever it stands."""
    match = _INLINE.search(text)
    if match is None:
        return None
    codes = tuple(code for code in _BETWEEN_CODES.split(match["codes"] or "") if code)
    before = text[: match.start()]
    return Noqa(first + before.count("\n"), match.start() - before.rfind("\n"), codes, first, last)


def _may_go_on(line: str) -> bool:
    return line.endswith("\\") or '"""' in line or "'''" in line


def _names_us_elsewhere(text: str, lines: Sequence[str], acting: Collection[int]) -> bool:
    if not any(_OURS in (match["codes"] or "").upper() for match in _INLINE.finditer(text)):
        return False
    found = (_read(line, number, number) for number, line in enumerate(lines, 1) if number not in acting)
    return any(noqa is not None and _names_us(noqa) for noqa in found)


def _names_us(noqa: Noqa) -> bool:
    return any(code.upper().startswith(_OURS) for code in noqa.codes)


def _tokenized(lines: Sequence[str], acting: Collection[int]) -> Iterator[Noqa]:
    ended = [f"{line}\n" for line in lines]
    tokens = list(tokenize.generate_tokens(iter(ended).__next__))
    comments = {token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT}
    for first, last in _joined(tokens):
        noqa = _read("".join(ended[first - 1 : last]), first, last)
        if noqa is None:
            continue
        is_comment = noqa.line in comments and comments[noqa.line] < noqa.column
        if (is_comment and _names_us(noqa)) or any(first <= number <= last for number in acting):
            yield noqa


def _joined(tokens: Sequence[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """First and last line of each stretch that flake8 searches as one: up to a line end that is a token."""
    first = last = 0
    for token in tokens:
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
            continue
        first, last = first or token.start[0], max(last, token.end[0])
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            yield first, last
            first = last = 0
