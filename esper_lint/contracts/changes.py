"""Two members of a contract that do not agree -> the statements of one that must become those of the other.

Where ``agreement`` tells people of the smallest code that differs, this gives the lines to write: those of a statement,
of the header of a compound one, or of what one side lacks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from esper_lint.contracts.alignment import UNREAD, Alignment, item_end, item_line
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import DEFINITIONS, SUITES, Code, Gap, Item, Node, first_line, is_docstring, last_line

_NESTED = (*sorted(SUITES), "handlers", "cases")
_QUIET_LINE = re.compile(r"\s*(#|$)")


class Lines(NamedTuple):
    """Lines ``first`` to ``last`` of a ``Code``; none if ``last`` is the one before ``first``."""

    first: int
    last: int

    def of(self, code: Code) -> Sequence[str]:
        return code.lines[self.first - 1 : self.last]

    def __bool__(self) -> bool:
        return self.last >= self.first


NONE = Lines(1, 0)


Around = tuple[tuple[Lines, Lines], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The lines ``ours`` of the member must say what ``theirs`` of the source do; either may be none.

    Where one side has none, ``before`` and ``after`` are the lines without code above and below, the source's around
    ``theirs`` if the member has none, else the member's around ``ours``; and ``room`` is where the member has none: the
    lines without code among which it is missing.  ``around`` are the extents, from the inside out, of the
    statements that hold both.  ``is_gap`` tells that what one side lacks is a gap.
    """

    theirs: Lines
    ours: Lines
    around: Around
    before: Lines = NONE
    after: Lines = NONE
    room: Lines = NONE
    is_gap: bool = False


def changes(source: Code, member: Code, renaming: Renaming) -> list[Change]:
    """All changes that make ``member`` agree with ``source``, in the order of the member's lines."""
    found = _Changes(source, member, renaming).of_definitions(source.node, member.node)
    return sorted(found, key=lambda one: (one.ours.first, one.theirs.first))


def header(node: ast.AST, code: Code) -> Lines:
    """The lines of a compound statement before its body, with its decorators unless it is the definition itself."""
    first = _extent(node, code).first
    body: Sequence[ast.AST] = node.cases if isinstance(node, ast.Match) else getattr(node, "body")  # noqa: B009
    last = max(first, _extent(body[0], code).first - 1)
    while last > first and _QUIET_LINE.match(code.lines[last - 1]):
        last -= 1
    return Lines(first, last)


def extent(node: ast.AST, code: Code) -> Lines:
    """The lines of a statement; of a compound one those before its body, and not its decorators."""
    first = getattr(node, "lineno", 1)
    is_compound = isinstance(getattr(node, "body", None), list) or isinstance(node, ast.Match)
    return Lines(first, max(first, header(node, code).last) if is_compound else last_line(node))


class _Changes(Alignment):
    def of_definitions(self, source: Node, member: Node) -> Iterator[Change]:
        """Decorators are a member's own; so is its name."""
        around = ((_extent(source, self.source), _extent(member, self.member)),)
        own = ("name", "decorator_list", "body")
        if type(source) is not type(member) or not self._same_fields(source, member, own):
            yield self._of_headers(source, member, around)
        yield from self._of_suites(_Suite(source, source.body), _Suite(member, member.body), around)

    def _of_nodes(self, theirs: ast.AST, ours: ast.AST, around: Around) -> Iterator[Change]:
        """The changes of two statements, handlers or cases that differ."""
        extents = _extent(theirs, self.source), _extent(ours, self.member)
        nested = [field for field in _NESTED if isinstance(getattr(ours, field, None), list)]
        if type(theirs) is not type(ours) or not nested or self._shape(theirs) != self._shape(ours):
            yield Change(*extents, around)
            return
        inside = (extents, *around)
        if not self._same_fields(theirs, ours, nested):
            yield self._of_headers(theirs, ours, inside)
        for field in nested:
            pair = getattr(theirs, field), getattr(ours, field)
            if field in SUITES:
                yield from self._of_suites(_Suite(theirs, pair[0]), _Suite(ours, pair[1]), inside)
                continue
            for mine, own in zip(*pair, strict=True):
                if not self.same(mine, own):
                    yield from self._of_nodes(mine, own, inside)

    def _of_headers(self, theirs: ast.AST, ours: ast.AST, around: Around) -> Change:
        return Change(header(theirs, self.source), header(ours, self.member), around)

    def _of_suites(self, theirs: _Suite, ours: _Suite, around: Around) -> Iterator[Change]:
        sources = self.source.suite(theirs.statements, theirs.owner)
        members = self.member.suite(ours.statements, ours.owner)
        kept = self.kept(members)
        for one in self.aligned(sources, members):
            if one.theirs is not None and one.ours is not None:
                if not self.same(one.theirs, one.ours):
                    assert isinstance(one.theirs, ast.AST) and isinstance(one.ours, ast.AST)  # gaps of a name are equal
                    yield from self._of_nodes(one.theirs, one.ours, around)
            elif one.ours is not None:
                room = theirs.room(sources, min(one.there, len(sources)), self.source)
                yield self._superfluous(one.ours, room, ours, members, around)
            elif one.theirs is not None:
                start = 1 + _index(members, kept[one.place - 1]) if one.place else 0
                yield self._missing(one.theirs, theirs, sources, ours.room(members, start, self.member), around)

    def _superfluous(self, one: Item, room: Lines, ours: _Suite, items: Sequence[Item], around: Around) -> Change:
        surroundings = ours.surroundings(items, _index(items, one), self.member)
        nothing, lines = Lines(room.first, room.first - 1), Lines(item_line(one), item_end(one))
        return Change(nothing, lines, around, *surroundings, is_gap=isinstance(one, Gap))

    def _missing(self, one: Item, theirs: _Suite, items: Sequence[Item], room: Lines, around: Around) -> Change:
        surroundings = theirs.surroundings(items, _index(items, one), self.source)
        lines, nothing = Lines(item_line(one), item_end(one)), Lines(room.first, room.first - 1)
        return Change(lines, nothing, around, *surroundings, room, isinstance(one, Gap))

    def _same_fields(self, theirs: ast.AST, ours: ast.AST, besides: Sequence[str]) -> bool:
        fields = [field for field in ours._fields if field not in UNREAD and field not in besides]
        return all(self.same(getattr(theirs, field, None), getattr(ours, field, None)) for field in fields)

    def _shape(self, node: ast.AST) -> list[int]:
        """What must be equal for two statements to be the same but for their headers and what their suites hold."""
        counted = [len(getattr(node, field, None) or ()) for field in ("handlers", "cases")]
        return counted + [bool(getattr(node, field, None)) for field in ("orelse", "finalbody")]


@dataclass(frozen=True, slots=True)
class _Suite:
    """A suite and the statement that it belongs to."""

    owner: Any
    statements: Sequence[ast.AST]

    def opening(self, code: Code) -> int:
        """The last line before what a contract sees of it: that of a docstring, a header, or an ``else``."""
        first = self.statements[0]
        if self.statements is not self.owner.body:
            last = first_line(first) - 1
            while _QUIET_LINE.match(code.lines[last - 1]):
                last -= 1
            return last
        if isinstance(self.owner, DEFINITIONS) and is_docstring(first):
            return last_line(first)
        return header(self.owner, code).last

    def surroundings(self, items: Sequence[Item], place: int, code: Code) -> tuple[Lines, Lines]:
        """The lines without code before item ``place`` and after it; after the last one there are none."""
        last = self._end_before(items, place, code)
        before = Lines(last + 1, item_line(items[place]) - 1)
        last = item_end(items[place])
        return before, Lines(last + 1, item_line(items[place + 1]) - 1 if place + 1 < len(items) else last)

    def room(self, items: Sequence[Item], place: int, code: Code) -> Lines:
        """The lines without code above item ``place``; above the end of the suite there are none."""
        last = self._end_before(items, place, code)
        return Lines(last + 1, item_line(items[place]) - 1 if place < len(items) else last)

    def _end_before(self, items: Sequence[Item], place: int, code: Code) -> int:
        return item_end(items[place - 1]) if place else self.opening(code)


def _index(items: Sequence[Item], one: Item) -> int:
    """The place of that very item: two gaps may be equal."""
    return next(at for at, item in enumerate(items) if item is one)


def _extent(node: ast.AST, code: Code) -> Lines:
    """The lines of a statement, handler or case; of the definition itself without its decorators."""
    if node is code.node:
        return Lines(node.lineno, code.end)
    pattern: ast.AST | None = getattr(node, "pattern", None)  # a case has no place of its own
    if pattern is not None:
        return Lines(first_line(pattern), last_line(node.body[-1]))  # type: ignore[attr-defined]
    return Lines(first_line(node), last_line(node))
