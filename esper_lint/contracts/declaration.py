"""What the comments of a contract say, and the grammar of those of our own.

::

    declaration = "# esper:" "lockstep(" NAME ")" option*
    option      = "of=" [MODULE ":"] QUALNAME  |  "map=" pair ("," pair)*  |  "gap=" NAME ("," NAME)*  |  "reason=" TEXT
    pair        = IDENTIFIER "->" IDENTIFIER
    gap         = "# esper:" "gap(" NAME ")"
    end         = "# esper:" "end(" NAME ")"

NAME is made of letters, digits, ``_``, ``.`` and ``-``; MODULE and QUALNAME are dotted identifiers; TEXT stands between
double quotes, with ``\\"`` and ``\\\\`` for a quote and a backslash.  A comment that ends in a backslash goes on in the
next one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

LOCKSTEP, GAP, END = "lockstep", "gap", "end"
VERBS = (LOCKSTEP, GAP, END)
_OPTIONS = ("of", "map", "gap", "reason")

COMMENT = re.compile(r"\s*#\s*esper:[ \t]*")
_NAME = re.compile(r"[\w.\-]+")
_WORD = re.compile(r"\w+")
_TARGET = re.compile(r"(?:(?P<module>[\w.]+):)?(?P<qualname>[\w.]+)(?=\s|$)")
_PAIR = re.compile(r"(?P<old>\w+)->(?P<new>\w+)(?=[,\s]|$)")
_TEXT = re.compile(r'"(?P<text>(?:[^"\\]|\\["\\])*)"')
_BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Target:
    """The definition that a member follows; an empty ``module`` means the member's own file."""

    module: str
    qualname: str

    def __str__(self) -> str:
        return f"{self.module}:{self.qualname}" if self.module else self.qualname


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration of membership.

    ``group`` names the contract; it is empty for a ``Copied from``, which names only its ``target``.  ``renames`` turn
    the target's identifiers into the member's; those with ``parts`` also as words inside longer identifiers.
    """

    group: str
    line: int
    column: int
    target: Target | None = None
    renames: tuple[tuple[str, str], ...] = ()
    parts: bool = False
    gaps: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A ``gap(NAME)`` or ``end(NAME)`` comment."""

    verb: str
    name: str
    line: int
    column: int


class Malformed(Exception):
    """A comment that means nothing: where, from 1, and why in one line."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def parsed(lines: Sequence[str], number: int) -> Declaration | Mark:
    """What the comment on line ``number`` (from 1) of ``lines`` says; ``COMMENT`` matches there.

    Raises Malformed.
    """
    reader = _Reader(_joined(lines, number))
    verb = reader.word("lockstep, gap or end")
    if verb not in VERBS:
        reader.fail(f"unknown word `{verb}`{_nearest(verb, VERBS)}", len(verb))
    reader.expect("(", f"`{verb}` needs a name: `{verb}(NAME)`")
    name = reader.take(_NAME, "a name of letters, digits, `_`, `.` and `-`")[0]
    reader.expect(")", "the `)` after the name is missing")
    place = reader.first
    if verb == LOCKSTEP:
        return _declaration(reader, name, place)
    if reader.rest:
        reader.fail(f"nothing may follow `{verb}({name})`")
    return Mark(verb, name, *place)


def _declaration(reader: _Reader, name: str, place: tuple[int, int]) -> Declaration:
    target: Target | None = None
    renames: tuple[tuple[str, str], ...] = ()
    gaps: tuple[str, ...] = ()
    reason = ""
    seen: set[str] = set()
    while reader.rest:
        key = reader.word("an option: of=, map=, gap= or reason=")
        if key not in _OPTIONS:
            reader.fail(f"unknown option `{key}`{_nearest(key, _OPTIONS)}", len(key))
        if key in seen:
            reader.fail(f"`{key}=` is given twice", len(key))
        seen.add(key)
        reader.expect("=", f"`{key}` needs a value: `{key}=…`")
        if key == "of":
            found = reader.take(_TARGET, "MODULE:QUALNAME, dotted names, after `of=`")
            target = Target(found["module"] or "", found["qualname"])
        elif key == "map":
            renames = _renames(reader)
        elif key == "gap":
            gaps = tuple(match[0] for match in reader.listed(_NAME, "names separated by commas after `gap=`"))
        else:
            reason = re.sub(r"\\(.)", r"\1", reader.take(_TEXT, "a text between double quotes after `reason=`")["text"])
    return Declaration(name, *place, target, renames, gaps=gaps, reason=reason)


def _renames(reader: _Reader) -> tuple[tuple[str, str], ...]:
    pairs: dict[str, str] = {}
    for match in reader.listed(_PAIR, "pairs of identifiers, A->B,C->D, after `map=`"):
        old, new = match["old"], match["new"]
        for side in (old, new):
            if not side.isidentifier():
                reader.fail(f"`{side}` is not an identifier", len(match[0]))
        if old in pairs:
            reader.fail(f"`{old}` is renamed twice", len(match[0]))
        pairs[old] = new
    return tuple(pairs.items())


class _Reader:
    """Reads the text of a comment from left to right; knows where in the file each character stands."""

    def __init__(self, pieces: Sequence[tuple[int, int, str]]) -> None:
        self._text = "".join(text for _, _, text in pieces)
        self._places = [(line, column + at) for line, column, text in pieces for at in range(len(text))]
        line, column, text = pieces[-1]
        self._places.append((line, column + len(text)))
        self._at = 0

    @property
    def first(self) -> tuple[int, int]:
        return self._places[0]

    @property
    def rest(self) -> str:
        self._skip()
        return self._text[self._at :]

    def take(self, pattern: re.Pattern[str], wanted: str) -> re.Match[str]:
        match = pattern.match(self._text, self._at)
        if match is None:
            self.fail(f"expected {wanted}")
        self._at = match.end()
        return match

    def word(self, wanted: str) -> str:
        self._skip()
        return self.take(_WORD, wanted)[0]

    def expect(self, text: str, complaint: str) -> None:
        if not self._text.startswith(text, self._at):
            self.fail(complaint)
        self._at += len(text)

    def listed(self, pattern: re.Pattern[str], wanted: str) -> list[re.Match[str]]:
        """Matches with commas, and blanks after these, between them."""
        found = [self.take(pattern, wanted)]
        while self._text.startswith(",", self._at):
            self._at += 1
            self._skip()
            found.append(self.take(pattern, wanted))
        return found

    def fail(self, message: str, back: int = 0) -> NoReturn:
        raise Malformed(*self._places[self._at - back], message)

    def _skip(self) -> None:
        match = _BLANKS.match(self._text, self._at)
        assert match is not None
        self._at = match.end()


def _joined(lines: Sequence[str], number: int) -> list[tuple[int, int, str]]:
    """Line, column from 1, and text of each piece of a comment that may go on over several lines."""
    start = COMMENT.match(lines[number - 1])
    assert start is not None
    pieces = []
    at = start.end()
    while True:
        text = lines[number - 1][at:].rstrip()
        goes_on = text.endswith("\\")
        pieces.append((number, at + 1, text.removesuffix("\\")))
        following = re.match(r"\s*#[ \t]*", lines[number]) if goes_on and number < len(lines) else None
        if following is None:
            return pieces
        number, at = number + 1, following.end()


def continued(lines: Sequence[str], number: int) -> int:
    """The last line of the comment that begins on line ``number``."""
    return _joined(lines, number)[-1][0]


def _nearest(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(f'`{one}`' for one in known)}"
