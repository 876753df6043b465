"""One change that a member needs -> texts of the member in which it is made, the one that touches least first.

Some of them may not parse, or not be what is wanted; whoever asks tries them in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from esper_lint.contracts.changes import Change, Lines
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import Code, first_line
from esper_lint.contracts.tokens import (
    NEUTRAL,
    Edit,
    Token,
    between,
    edited,
    rows_in_strings,
    tokens_of,
    within,
    without_last_commas,
)

# What these say holds for the file that they stand in.
OWN_COMMENT = re.compile(r"#\s*(?:noqa\b|esper:|Copied from\b|Ignore copy\b|End copy\b)", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa\b", re.IGNORECASE)
_FEW = 3  # tokens that are put in or taken out of a statement where it stands; for more, it takes the source's layout
_BLANKS = re.compile(r"[ \t\f]*")


class _Row(NamedTuple):
    """A line to write; the comment at its end, if any; and whether nothing may be put after it."""

    text: str
    comment: str
    goes_on: bool


class Rewriter:
    """Rewrites a member, as it is now, from its source."""

    def __init__(self, source: Code, member: Code, renaming: Renaming) -> None:
        self._source, self._member, self._renaming = source, member, renaming
        self._theirs, self._ours = tokens_of(source.lines), tokens_of(member.lines)
        self._kept = rows_in_strings(self._theirs)
        self._width = max(map(len, (*source.lines, *member.lines)))
        self._units = _unit(source), _unit(member)

    def rewritten(self, change: Change) -> Iterator[list[str]]:
        """The lines of the member with a change made."""
        if change.is_gap:  # where it should be is for people to say
            return
        if change.theirs and change.ours:
            yield from self._by_tokens(change, _FEW)
            yield self._by_lines(change.theirs, change.ours)
            yield from self._by_tokens(change, None)
        elif change.theirs:
            yield self._with(change)
        else:
            yield self._without(change)
        for theirs, ours in change.around:
            yield self._by_lines(theirs, ours)

    # -- tokens -------------------------------------------------------------------------------------------------

    def _by_tokens(self, change: Change, limit: int | None) -> Iterator[list[str]]:
        """Only what differs is replaced, so layout and comments of the member stay; first without what layout may need
        more or less of."""
        for lenient in (True, False):
            edits = self._edits(change, limit, lenient=lenient)
            found = edited(self._member.lines, edits or ())
            if edits and (limit is None or max(map(len, found)) <= self._width):
                yield found

    def _edits(self, change: Change, limit: int | None, *, lenient: bool) -> list[Edit] | None:
        """None where more tokens than ``limit`` are put in or taken out, or the lines do not correspond."""
        theirs = [token for token in within(self._theirs, change.theirs) if not token.is_comment]
        ours = [token for token in within(self._ours, change.ours) if not token.is_comment]
        if lenient:
            theirs, ours = without_last_commas(theirs), without_last_commas(ours)
        neutral = NEUTRAL if lenient else frozenset[str]()
        wanted, own = [self._renaming.text(token.text) for token in theirs], [token.text for token in ours]
        edits: list[Edit] = []
        for tag, i, j, k, m in SequenceMatcher(None, wanted, own, autojunk=False).get_opcodes():
            if tag == "equal" or {*wanted[i:j], *own[k:m]} <= neutral:
                continue
            if j - i == m - k:
                edits.extend(
                    Edit(mine.start, mine.end, text)
                    for one, mine, text in zip(theirs[i:j], ours[k:m], wanted[i:j], strict=True)
                    if mine.text not in (text, one.text)
                )
                continue
            edit = self._stretch(theirs, ours, (i, j), (k, m))
            if edit is None or (limit is not None and max(j - i, m - k) > limit):
                return None
            edits.append(edit)
        return edits

    def _stretch(
        self, theirs: Sequence[Token], ours: Sequence[Token], there: tuple[int, int], here: tuple[int, int]
    ) -> Edit | None:
        """Tokens with the blanks around them; None where these hold a line end."""
        start, end = _bounds(theirs, *there)
        first, last = _bounds(ours, *here)
        text = between(self._source.lines, start, end)
        if "\n" in text or first[0] != last[0]:
            return None
        return Edit(first, last, self._renaming.text(text))

    # -- lines --------------------------------------------------------------------------------------------------

    def _by_lines(self, theirs: Lines, ours: Lines) -> list[str]:
        """Whole lines of the source's; comments beside the member's stay beside them."""
        lines = self._member.lines
        rows = self._rows(theirs, _indent(lines[ours.first - 1]))
        return [*lines[: ours.first - 1], *self._commented(rows, ours), *lines[ours.last :]]

    def _copied(self, theirs: Lines, indent: str) -> list[str]:
        return [row.text for row in self._rows(theirs, indent)]

    def _rows(self, theirs: Lines, indent: str) -> list[_Row]:
        """Lines of the source as they would stand in the member; the first is indented by ``indent``."""
        base = _indent(self._source.lines[theirs.first - 1])
        comments = {token.start[0]: token for token in within(self._theirs, theirs) if token.is_comment}
        found = []
        for row in range(theirs.first, theirs.last + 1):
            line = self._source.lines[row - 1]
            comment = comments.get(row)
            if comment is not None and OWN_COMMENT.match(comment.text):
                line, comment = line[: comment.start[1]].rstrip(), None
                if not line:
                    continue
            if row not in self._kept and line.startswith(base) and line.strip():
                line = indent + self._indented(line[len(base) :])
            said = self._renaming.text(comment.text) if comment else ""
            goes_on = row + 1 in self._kept or line.endswith("\\")
            found.append(_Row(self._renaming.text(line), said, goes_on))
        return found

    def _indented(self, line: str) -> str:
        """The rest of a line with the member's tabs or blanks in the place of the source's."""
        theirs, ours = self._units
        levels = 0
        while theirs != ours and line.startswith(theirs):
            line = line[len(theirs) :]
            levels += 1
        return ours * levels + line

    def _commented(self, rows: Sequence[_Row], ours: Lines) -> list[str]:
        """The new lines with those comments of the old ones that have a place there."""
        new = [row.text for row in rows]
        said = {row.comment for row in rows}
        for token in within(self._ours, ours):
            before = self._member.lines[token.start[0] - 1][: token.start[1]]
            if not token.is_comment or token.text in said or not before.strip():
                continue
            row = _counterpart(token.start[0], ours, len(new))
            if row is not None and not rows[row].goes_on and (not rows[row].comment or _NOQA.match(token.text)):
                space = before[len(before.rstrip()) :]
                new[row] = f"{new[row].rstrip()}{space}{token.text}"
        return new

    def _with(self, change: Change) -> list[str]:
        """A statement of the source's, and the comments above it, put in among the lines without code."""
        lines, room = self._member.lines, [line.rstrip() for line in change.room.of(self._member)]
        indent = self._indent_of(change.theirs)
        before, after = self._around(change.before, indent), self._around(change.after, indent)
        kept = len(room) - len(after)
        if room[: len(before)] == before:
            place, new = len(before), []
        elif kept >= 0 and room[kept:] == after and before[:kept] == room[:kept]:
            place, new = kept, before[kept:]
        else:
            place, new = 0, before
        at = change.room.first - 1 + place
        return [*lines[:at], *new, *self._copied(change.theirs, indent), *lines[at:]]

    def _around(self, theirs: Lines, indent: str) -> list[str]:
        """Lines without code, as ``_copied`` gives them, each indented by itself."""
        return [line.rstrip() for row in range(theirs.first, theirs.last + 1) for line in self._quiet(row, indent)]

    def _quiet(self, row: int, indent: str) -> list[str]:
        return self._copied(Lines(row, row), indent) if self._source.lines[row - 1].strip() else [""]

    def _indent_of(self, theirs: Lines) -> str:
        """The indentation of a suite of the member's that corresponds to that of a line of the source's."""
        base, own = (_indent(code.lines[code.node.lineno - 1]) for code in (self._source, self._member))
        indent = _indent(self._source.lines[theirs.first - 1])
        return own + self._indented(indent[len(base) :])

    def _without(self, change: Change) -> list[str]:
        """A statement is taken away, with the empty lines on one side of it."""
        lines = self._member.lines
        first, last = change.ours
        before, after = change.before.of(self._member), change.after.of(self._member)
        is_followed = last < len(lines) and _indent(lines[last]) == _indent(lines[first - 1]) and lines[last].strip()
        is_last = not after and not is_followed
        if not any(line.strip() for line in before) and (is_last or 0 < len(before) <= len(after)):
            first = change.before.first
        elif not any(line.strip() for line in after) and before:
            last = max(last, change.after.last)
        return [*lines[: first - 1], *lines[last:]]


def _bounds(tokens: Sequence[Token], start: int, end: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """From the end of the token before a run of tokens to the start of the one after it."""
    first = tokens[start - 1].end if start else tokens[0].start
    return first, tokens[end].start if end < len(tokens) else tokens[-1].end


def _indent(line: str) -> str:
    match = _BLANKS.match(line)
    return match[0] if match else ""


def _unit(code: Code) -> str:
    """What the body of a definition is indented by, more than the definition itself."""
    body = first_line(code.node.body[0])
    outer = _indent(code.lines[code.node.lineno - 1])
    inner = _indent(code.lines[body - 1])
    return inner[len(outer) :] if body > code.node.lineno and len(inner) > len(outer) else "    "


def _counterpart(row: int, ours: Lines, count: int) -> int | None:
    """Which of ``count`` new lines, from 0, stands for a line of the old ones."""
    if count == ours.last - ours.first + 1:
        return row - ours.first
    return count - 1 if row == ours.last else 0 if row == ours.first else None
