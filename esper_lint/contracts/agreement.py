"""Two members of a contract -> the places where they do not agree.

Both are walked side by side as ``ast`` trees, the source's identifiers renamed on the way.  Layout, comments,
docstrings and the decorators of the definition itself do not count; gaps need only be there.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from esper_lint.contracts.alignment import UNREAD, Alignment, item_end, item_line
from esper_lint.contracts.changes import extent
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import DEFINITIONS, SUITES, Code, Gap, Item, Node, first_line
from esper_lint.contracts.tokens import differing, tokens_of, within

_PLACELESS = (str, ast.operator, ast.boolop, ast.unaryop)  # parts of a node that do not say where they are
_CONTEXT = 48  # characters of code around a difference that say where it is


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement: lines count from 0 at the definitions' first lines, columns from 1 in characters.

    ``here`` and ``there`` are the code of either side, the source's renamed, empty where it has none; ``ours`` and
    ``theirs`` the lines of the statement around it.
    """

    line: int
    column: int
    source_line: int
    here: str
    there: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def code_of(lines: Sequence[str], *, copies: bool) -> Code:
    """The definition that the lines hold and nothing else does; one line is put before them.

    Raises SyntaxError for lines that do not parse by themselves.
    """
    indented = lines[0].lstrip("\f")[:1] in (" ", "\t")
    numbered = ["if 1:" if indented else "", *lines]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse("\n".join(numbered))
    body = tree.body[0].body if indented and isinstance(tree.body[0], ast.If) else tree.body
    node = body[0]
    assert isinstance(node, DEFINITIONS)
    return Code(node, numbered, copies=copies)


def differences(source: Code, member: Code, renaming: Renaming) -> tuple[Difference, ...]:
    """Where ``member`` is not what ``source`` is once renamed: the first difference of each line, in their order."""
    found = _Comparison(source, member, renaming).of_definitions(source.node, member.node)
    by_line: dict[int, Difference] = {}
    for one in sorted(found, key=lambda one: (one.line, one.column)):
        by_line.setdefault(one.line, one)
    return tuple(by_line.values())


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is told of a difference: the smallest code around it that says where it is, and its statement."""

    theirs: ast.AST
    ours: ast.AST


class _Comparison(Alignment):
    def of_definitions(self, source: Node, member: Node) -> Iterator[Difference]:
        """Decorators are a member's own; so is its name."""
        statement = _Pair(source, member)
        if isinstance(source, ast.ClassDef) is not isinstance(member, ast.ClassDef):
            yield self._difference(_Pair(source, member), statement)
            return
        fields = [field for field in member._fields if field not in ("name", "decorator_list", "body", *UNREAD)]
        for field in fields:
            values = getattr(source, field, None), getattr(member, field, None)
            yield from self._of_values(*values, statement, statement, member)
        if type(source) is not type(member):  # def and async def
            yield self._difference(statement, statement)
        suites = self.source.suite(source.body, source), self.member.suite(member.body, member)
        yield from self._of_suites(*suites, statement)

    # -- where --------------------------------------------------------------------------------------------------

    def _of_values(self, theirs: Any, ours: Any, around: _Pair, statement: _Pair, at: ast.AST) -> Iterator[Difference]:
        """The differences of two fields' values, which are at the node ``at`` if they have no place of their own."""
        if self.same(theirs, ours):
            return
        if isinstance(theirs, ast.AST) and isinstance(ours, ast.AST):
            yield from self._of_nodes(theirs, ours, around, statement)
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) == len(ours) and all(isinstance(one, ast.AST) for one in (*theirs, *ours)):
                for mine, other in zip(theirs, ours, strict=True):
                    yield from self._of_values(mine, other, around, statement, at)
            else:
                yield self._of_lengths(theirs, ours, around, statement)
        else:
            yield self._difference(around, statement, ours if hasattr(ours, "lineno") else at)

    def _of_lengths(self, theirs: list[Any], ours: list[Any], around: _Pair, statement: _Pair) -> Difference:
        """Two lists of which one has something that the other has not: arguments, parameters, elements."""
        keys = [self.key(one, renamed=True) for one in theirs], [self.key(one, renamed=False) for one in ours]
        blocks = SequenceMatcher(None, *keys, autojunk=False).get_opcodes()
        _, start, end, first, last = next(block for block in blocks if block[0] != "equal")
        mine = theirs[start] if start < end and hasattr(theirs[start], "lineno") else None
        own = ours[first] if first < last and hasattr(ours[first], "lineno") else None
        nearest = own or next((one for one in [*ours[first:], *reversed(ours[:first])] if hasattr(one, "lineno")), None)
        found = self._difference(around, statement, nearest)
        if self._is_told(around) or (mine is None and own is None):
            return found
        return replace(
            found,
            here="" if own is None else _told(own, self.member),
            there="" if mine is None else self.renaming.text(_told(mine, self.source)),
        )

    def _of_nodes(self, theirs: ast.AST, ours: ast.AST, around: _Pair, statement: _Pair) -> Iterator[Difference]:
        if isinstance(ours, (ast.stmt, ast.ExceptHandler)):
            around = _Pair(theirs, ours)
            statement = around if isinstance(ours, ast.stmt) else statement
        elif isinstance(theirs, ast.match_case) and isinstance(ours, ast.match_case):
            around = _Pair(theirs.pattern, ours.pattern)  # a case has no place of its own
        elif hasattr(ours, "lineno") and hasattr(theirs, "lineno") and not self._is_told(around):
            around = _Pair(theirs, ours)
        if type(theirs) is not type(ours):
            yield self._difference(around, statement, ours)
            return
        for field in ours._fields:
            value: Any = getattr(theirs, field, None)
            other: Any = getattr(ours, field, None)
            if field in UNREAD:
                continue
            if field in SUITES and isinstance(value, list):
                suites = self.source.suite(value, theirs), self.member.suite(other, ours)
                yield from self._of_suites(*suites, _Pair(theirs, ours))
            elif field == "ops" or isinstance(other, _PLACELESS):
                if not self.same(value, other):
                    yield self._difference(around, statement, ours, self._line_of(ours))
            else:
                at = ours if hasattr(ours, "lineno") else around.ours
                yield from self._of_values(value, other, around, statement, at)

    def _of_suites(self, theirs: Sequence[Item], ours: Sequence[Item], header: _Pair) -> Iterator[Difference]:
        """Statements are aligned first; what one side has too much is told as a whole."""
        kept = self.kept(ours)
        for one in self.aligned(theirs, ours):
            if one.theirs is not None and one.ours is not None:
                yield from self._of_items(one.theirs, one.ours)
            else:
                yield self._lone(one.theirs, one.ours, header, kept, one.place)

    def _of_items(self, theirs: Item, ours: Item) -> Iterator[Difference]:
        if not self.same(theirs, ours) and isinstance(theirs, ast.AST) and isinstance(ours, ast.AST):
            pair = _Pair(theirs, ours)
            yield from self._of_nodes(theirs, ours, pair, pair)

    # -- what is told -------------------------------------------------------------------------------------------

    def _difference(
        self, around: _Pair, statement: _Pair, at: ast.AST | None = None, line: int | None = None
    ) -> Difference:
        node = at if at is not None else around.ours
        first: int = getattr(node, "lineno", 0)
        number = line or first
        text = self.member.lines[number - 1]
        own = number == first
        column = _characters(text, getattr(node, "col_offset", 0)) if own else len(text) - len(text.lstrip())
        number, column = self._place_among_tokens(statement, number, column)
        return Difference(
            number - 2,
            column + 1,
            getattr(around.theirs, "lineno", 2) - 2,
            _told(around.ours, self.member),
            self.renaming.text(_told(around.theirs, self.source)),
            tuple(_header(statement.ours, self.member)),
            tuple(map(self.renaming.text, _header(statement.theirs, self.source))),
        )

    def _place_among_tokens(self, statement: _Pair, row: int, column: int) -> tuple[int, int]:
        """A better place in a statement of several lines, where the tree gave a line on which nothing differs: a string
        in pieces, arguments of two lists, operators that bind otherwise."""
        lines = extent(statement.theirs, self.source), extent(statement.ours, self.member)
        if lines[1].first == lines[1].last:
            return row, column
        tokens = within(tokens_of(self.source.lines), lines[0]), within(tokens_of(self.member.lines), lines[1])
        found = differing(*tokens, self.renaming)
        if not found or any(token.start[0] <= row <= token.end[0] for token in found):
            return row, column
        return found[0].start

    def _lone(
        self, theirs: Item | None, ours: Item | None, header: _Pair, suite: Sequence[Item], place: int
    ) -> Difference:
        """A statement, or a gap, that only one side has; ``place`` is where in our suite it is or would be."""
        if place < len(suite):
            line = item_line(ours if ours is not None else suite[place])
        else:
            line = item_end(suite[-1]) if suite else first_line(header.ours)
        text = self.member.lines[line - 1]
        return Difference(
            line - 2,
            len(text) - len(text.lstrip()) + 1,
            (item_line(theirs) if theirs is not None else first_line(header.theirs)) - 2,
            "" if ours is None else _item_text(ours, self.member),
            "" if theirs is None else self.renaming.text(_item_text(theirs, self.source)),
            () if ours is None else tuple(_item_lines(ours, self.member)),
            () if theirs is None else tuple(map(self.renaming.text, _item_lines(theirs, self.source))),
        )

    def _is_told(self, around: _Pair) -> bool:
        """Whether the code around is short enough to be told as it is."""
        if isinstance(around.ours, ast.stmt) and hasattr(around.ours, "body"):
            return False
        return all(
            len(_told(node, code)) <= _CONTEXT
            for node, code in ((around.theirs, self.source), (around.ours, self.member))
        )

    def _line_of(self, node: ast.AST) -> int | None:
        """The line of what stands in a node without a place of its own: an operator, the name after a dot."""
        if isinstance(node, ast.Attribute):
            return node.end_lineno
        if isinstance(node, ast.Compare):
            return self._line_between(node.left, node.comparators[0])
        if isinstance(node, ast.BinOp):
            return self._line_between(node.left, node.right)
        if isinstance(node, ast.BoolOp):
            return self._line_between(node.values[0], node.values[1])
        if isinstance(node, ast.AugAssign):
            return self._line_between(node.target, node.value)
        return None

    def _line_between(self, left: ast.expr, right: ast.expr) -> int:
        """The line on which the operator stands between two operands."""
        for number in range(left.end_lineno or left.lineno, right.lineno):
            line = self.member.lines[number - 1].encode("utf-8", "surrogatepass")
            rest = line[left.end_col_offset :] if number == left.end_lineno else line
            if re.match(rb"[\s)]*[^\s)#\\]", rest):
                return number
        return right.lineno


def _item_text(item: Item, code: Code) -> str:
    return f"gap `{item.name}`" if isinstance(item, Gap) else _told(item, code) if isinstance(item, ast.AST) else ""


def _item_lines(item: Item, code: Code) -> Sequence[str]:
    if isinstance(item, Gap):
        return [f"# esper: gap({item.name})"]
    return code.lines[item_line(item) - 1 : item_end(item)]


def _header(node: ast.AST, code: Code) -> Sequence[str]:
    """The lines of a statement, of a compound one those before its body."""
    return extent(node, code).of(code)


def _told(node: ast.AST, code: Code) -> str:
    """The code of a node; of a compound statement its header."""
    if isinstance(node, ast.stmt) and hasattr(node, "body"):
        return "\n".join(_header(node, code))
    first: int | None = getattr(node, "lineno", None)
    if first is None:
        return ""
    # Not by the function of ``ast``, which splits the whole text anew each time.
    last, start, end = node.end_lineno, node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
    lines = list(code.lines[first - 1 : last])
    lines[-1] = _part(lines[-1], 0, end)
    lines[0] = _part(lines[0], start, None)
    return "\n".join(lines)


def _part(line: str, start: int, end: int | None) -> str:
    """What stands between two places of a line, which count bytes."""
    return line.encode("utf-8", "surrogatepass")[start:end].decode("utf-8", "surrogatepass")


def _characters(line: str, column: int) -> int:
    return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
