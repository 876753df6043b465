"""The tokens of a definition, with their places, and edits of its lines by place."""

from __future__ import annotations

import tokenize
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from esper_lint.contracts.changes import Lines
from esper_lint.contracts.renaming import Renaming

Place = tuple[int, int]
"""A line, from 1, and the number of characters before a place in it."""

_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
# From 3.12 on, an f-string is cut into tokens; here it is one, as it was before.
_OPENING = {getattr(tokenize, name) for name in ("FSTRING_START", "TSTRING_START") if hasattr(tokenize, name)}
_CLOSING = {getattr(tokenize, name) for name in ("FSTRING_END", "TSTRING_END") if hasattr(tokenize, name)}


_BRACKETS = frozenset({")", "]", "}"})

NEUTRAL = frozenset({",", "(", ")"})
"""Layout may need more or fewer of these."""


class Token(NamedTuple):
    kind: int
    text: str
    start: Place
    end: Place

    @property
    def is_comment(self) -> bool:
        return self.kind == tokenize.COMMENT


def tokens_of(lines: Sequence[str]) -> list[Token]:
    """All but line ends and indentation, of lines that parse."""
    return list(_tokens(lines))


def within(tokens: Iterable[Token], lines: Lines) -> list[Token]:
    return [token for token in tokens if lines.first <= token.start[0] <= lines.last]


def without_last_commas(tokens: Sequence[Token]) -> list[Token]:
    """Without the commas before a closing bracket, which calls over several lines have."""
    following = [token.text for token in tokens[1:]] + [""]
    return [one for one, after in zip(tokens, following, strict=True) if one.text != "," or after not in _BRACKETS]


def differing(theirs: Sequence[Token], ours: Sequence[Token], renaming: Renaming) -> list[Token]:
    """The tokens of ours where the two say different things; for what we lack, the one after which it is missing."""
    theirs, ours = ([one for one in side if not one.is_comment] for side in (theirs, ours))
    theirs, ours = without_last_commas(theirs), without_last_commas(ours)
    wanted, own = [renaming.text(token.text) for token in theirs], [token.text for token in ours]
    found: list[Token] = []
    for tag, i, j, k, m in SequenceMatcher(None, wanted, own, autojunk=False).get_opcodes():
        if tag != "equal" and not {*wanted[i:j], *own[k:m]} <= NEUTRAL:
            found.extend(ours[k:m] or ours[max(k - 1, 0) : k])
    return found


def rows_in_strings(tokens: Iterable[Token]) -> set[int]:
    """The lines that begin inside a string, of which the first blanks are the string's."""
    return {row for token in tokens for row in range(token.start[0] + 1, token.end[0] + 1)}


def between(lines: Sequence[str], start: Place, end: Place) -> str:
    """The text from one place to another."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    inner = lines[start[0] : end[0] - 1]
    return "\n".join([lines[start[0] - 1][start[1] :], *inner, lines[end[0] - 1][: end[1]]])


class Edit(NamedTuple):
    start: Place
    end: Place
    text: str


def edited(lines: Sequence[str], edits: Iterable[Edit]) -> list[str]:
    """The lines with stretches replaced that do not overlap."""
    found = list(lines)
    for start, end, text in sorted(edits, reverse=True):
        new = found[start[0] - 1][: start[1]] + text + found[end[0] - 1][end[1] :]
        found[start[0] - 1 : end[0]] = new.split("\n")
    return found


def _tokens(lines: Sequence[str]) -> Iterator[Token]:
    depth = 0
    opened: Place = (0, 0)
    for token in tokenize.generate_tokens(iter([f"{line}\n" for line in lines]).__next__):
        if token.type in _OPENING:
            depth += 1
            opened = opened if depth > 1 else token.start
        elif token.type in _CLOSING:
            depth -= 1
            if not depth:
                yield Token(tokenize.STRING, between(lines, opened, token.end), opened, token.end)
        elif not depth and token.type not in _LAYOUT:
            yield Token(token.type, token.string, token.start, token.end)
