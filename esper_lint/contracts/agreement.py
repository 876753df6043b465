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

from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import DEFINITIONS, Code, Gap, Ignored, Item, Node, first_line, last_line

_SUITES = frozenset({"body", "orelse", "finalbody"})
_UNREAD = frozenset({"ctx", "type_comment", "kind", "type_ignores"})
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
    indented = lines[0][:1] in (" ", "\t")
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


class _Comparison:
    def __init__(self, source: Code, member: Code, renaming: Renaming) -> None:
        self._source = source
        self._member = member
        self._renaming = renaming

    def of_definitions(self, source: Node, member: Node) -> Iterator[Difference]:
        """Decorators are a member's own; so is its name."""
        statement = _Pair(source, member)
        if isinstance(source, ast.ClassDef) is not isinstance(member, ast.ClassDef):
            yield self._difference(_Pair(source, member), statement)
            return
        fields = [field for field in member._fields if field not in ("name", "decorator_list", "body", *_UNREAD)]
        for field in fields:
            values = getattr(source, field, None), getattr(member, field, None)
            yield from self._of_values(*values, statement, statement, member)
        if type(source) is not type(member):  # def and async def
            yield self._difference(statement, statement)
        suites = self._source.suite(source.body, source), self._member.suite(member.body, member)
        yield from self._of_suites(*suites, statement)

    # -- whether ------------------------------------------------------------------------------------------------

    def _same(self, theirs: object, ours: object) -> bool:
        if isinstance(theirs, ast.AST):
            return type(theirs) is type(ours) and self._same_node(theirs, ours)
        if isinstance(theirs, list):
            return isinstance(ours, list) and len(theirs) == len(ours) and all(map(self._same, theirs, ours))
        if isinstance(theirs, str):
            return isinstance(ours, str) and (theirs == ours or self._renaming.identifier(theirs) == ours)
        if isinstance(theirs, Gap):
            return isinstance(ours, Gap) and ours.name == theirs.name
        return type(theirs) is type(ours) and theirs == ours

    def _same_node(self, theirs: ast.AST, ours: Any) -> bool:
        if isinstance(theirs, ast.Constant):
            return self._same_constant(theirs.value, ours.value)
        for field in theirs._fields:
            if field in _UNREAD:
                continue
            value: Any = getattr(theirs, field, None)
            other: Any = getattr(ours, field, None)
            if field in _SUITES and isinstance(value, list):
                found = self._source.suite(value, theirs), self._member.suite(other, ours)
                if any(isinstance(one, Ignored) for one in found[1]):
                    if next(self._of_suites(*found, _Pair(theirs, ours)), None):
                        return False
                elif not self._same(*found):
                    return False
            elif not self._same(value, other):
                return False
        return True

    def _same_constant(self, theirs: object, ours: object) -> bool:
        if type(theirs) is not type(ours):
            return False
        if isinstance(theirs, str):  # what a string says may name the class, and need not
            return theirs == ours or self._renaming.text(theirs) == ours
        return repr(theirs) == repr(ours)  # -0.0 is not 0.0, and nan is nan

    # -- where --------------------------------------------------------------------------------------------------

    def _of_values(self, theirs: Any, ours: Any, around: _Pair, statement: _Pair, at: ast.AST) -> Iterator[Difference]:
        """The differences of two fields' values, which are at the node ``at`` if they have no place of their own."""
        if self._same(theirs, ours):
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
        keys = [self._key(one, renamed=True) for one in theirs], [self._key(one, renamed=False) for one in ours]
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
            here="" if own is None else _told(own, self._member),
            there="" if mine is None else self._renaming.text(_told(mine, self._source)),
        )

    def _of_nodes(self, theirs: ast.AST, ours: ast.AST, around: _Pair, statement: _Pair) -> Iterator[Difference]:
        if isinstance(ours, (ast.stmt, ast.ExceptHandler)) or type(ours).__name__ == "match_case":
            around = _Pair(theirs, ours)
            statement = around if isinstance(ours, ast.stmt) else statement
        elif hasattr(ours, "lineno") and hasattr(theirs, "lineno") and not self._is_told(around):
            around = _Pair(theirs, ours)
        if type(theirs) is not type(ours):
            yield self._difference(around, statement, ours)
            return
        for field in ours._fields:
            value: Any = getattr(theirs, field, None)
            other: Any = getattr(ours, field, None)
            if field in _UNREAD:
                continue
            if field in _SUITES and isinstance(value, list):
                suites = self._source.suite(value, theirs), self._member.suite(other, ours)
                yield from self._of_suites(*suites, _Pair(theirs, ours))
            elif field == "ops" or isinstance(other, _PLACELESS):
                if not self._same(value, other):
                    yield self._difference(around, statement, ours, self._line_of(ours))
            else:
                yield from self._of_values(
                    value, other, around, statement, ours if hasattr(ours, "lineno") else around.ours
                )

    def _of_suites(self, theirs: Sequence[Item], ours: Sequence[Item], header: _Pair) -> Iterator[Difference]:
        """Statements are aligned first; what one side has too much is told as a whole."""
        ignored = {one.name for one in ours if isinstance(one, Ignored)} - {""}
        theirs = [one for one in theirs if self._name(one, renamed=True) not in ignored]
        kept: list[Item] = []
        wild = []  # before which of those kept an ignored statement may stand for any of theirs
        for one in ours:
            if not isinstance(one, Ignored):
                kept.append(one)
            elif not one.name:
                wild.append(len(kept))
        if not wild and len(theirs) == len(kept) and all(map(self._may_pair, theirs, kept)):
            for mine, other in zip(theirs, kept, strict=True):
                yield from self._of_items(mine, other)
            return
        keys = [self._key(one, renamed=True) for one in theirs], [self._key(one, renamed=False) for one in kept]
        for tag, start, end, first, last in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
            if tag != "equal":
                forgiven = [at for at in wild if first <= at <= last]
                yield from self._of_runs(theirs[start:end], kept[first:last], forgiven, first, kept, header)

    def _of_runs(
        self,
        theirs: Sequence[Item],
        ours: Sequence[Item],
        forgiven: Sequence[int],
        first: int,
        suite: Sequence[Item],
        header: _Pair,
    ) -> Iterator[Difference]:
        """Two runs of statements that have nothing in common: those of a kind are held against each other."""
        kinds = [self._kind(one, renamed=True) for one in theirs], [self._kind(one, renamed=False) for one in ours]
        left, right = set(range(len(theirs))), set(range(len(ours)))
        for block in SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks():
            for offset in range(block.size):
                yield from self._of_items(theirs[block.a + offset], ours[block.b + offset])
                left.discard(block.a + offset)
                right.discard(block.b + offset)
        for mine, own in list(zip(sorted(left), sorted(right), strict=False)):
            yield self._instead(theirs[mine], ours[own], header, suite, first + own)
            left.discard(mine)
            right.discard(own)
        for at in sorted(right):
            yield self._lone(None, ours[at], header, suite, first + at)
        if not forgiven:
            for at in sorted(left):
                # It is missing after the statements that stand for those before it.
                place = first + sum(1 for one in range(len(ours)) if one < at)
                yield self._lone(theirs[at], None, header, suite, place)

    def _instead(self, theirs: Item, ours: Item, header: _Pair, suite: Sequence[Item], place: int) -> Difference:
        """A statement of another kind than that which should be there."""
        wanted = self._lone(theirs, None, header, suite, place)
        found = self._lone(None, ours, header, suite, place)
        return replace(found, there=wanted.there, theirs=wanted.theirs, source_line=wanted.source_line)

    def _of_items(self, theirs: Item, ours: Item) -> Iterator[Difference]:
        if not self._same(theirs, ours) and isinstance(theirs, ast.AST) and isinstance(ours, ast.AST):
            pair = _Pair(theirs, ours)
            yield from self._of_nodes(theirs, ours, pair, pair)

    def _may_pair(self, theirs: Item, ours: Item) -> bool:
        return self._kind(theirs, renamed=True) == self._kind(ours, renamed=False)

    # -- what is told -------------------------------------------------------------------------------------------

    def _difference(
        self, around: _Pair, statement: _Pair, at: ast.AST | None = None, line: int | None = None
    ) -> Difference:
        node = at if at is not None else around.ours
        first: int = getattr(node, "lineno", 0)
        number = line or first
        text = self._member.lines[number - 1]
        own = number == first
        column = _characters(text, getattr(node, "col_offset", 0)) if own else len(text) - len(text.lstrip())
        return Difference(
            number - 2,
            column + 1,
            getattr(around.theirs, "lineno", 2) - 2,
            _told(around.ours, self._member),
            self._renaming.text(_told(around.theirs, self._source)),
            tuple(_header(statement.ours, self._member)),
            tuple(map(self._renaming.text, _header(statement.theirs, self._source))),
        )

    def _lone(
        self, theirs: Item | None, ours: Item | None, header: _Pair, suite: Sequence[Item], place: int
    ) -> Difference:
        """A statement, or a gap, that only one side has; ``place`` is where in our suite it is or would be."""
        if place < len(suite):
            line = _item_line(ours if ours is not None else suite[place])
        else:
            line = _item_end(suite[-1]) if suite else first_line(header.ours)
        text = self._member.lines[line - 1]
        return Difference(
            line - 2,
            len(text) - len(text.lstrip()) + 1,
            (_item_line(theirs) if theirs is not None else first_line(header.theirs)) - 2,
            "" if ours is None else _item_text(ours, self._member),
            "" if theirs is None else self._renaming.text(_item_text(theirs, self._source)),
            () if ours is None else tuple(_item_lines(ours, self._member)),
            () if theirs is None else tuple(map(self._renaming.text, _item_lines(theirs, self._source))),
        )

    def _is_told(self, around: _Pair) -> bool:
        """Whether the code around is short enough to be told as it is."""
        if isinstance(around.ours, ast.stmt) and hasattr(around.ours, "body"):
            return False
        return all(
            len(_told(node, code)) <= _CONTEXT
            for node, code in ((around.theirs, self._source), (around.ours, self._member))
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
            line = self._member.lines[number - 1].encode("utf-8", "surrogatepass")
            rest = line[left.end_col_offset :] if number == left.end_lineno else line
            if re.match(rb"[\s)]*[^\s)#\\]", rest):
                return number
        return right.lineno

    # -- keys ---------------------------------------------------------------------------------------------------

    def _kind(self, item: Item, *, renamed: bool) -> tuple[object, str]:
        """Two statements of one kind may be the same one, edited."""
        return type(item), item.name if isinstance(item, Gap) else self._name(item, renamed=renamed)

    def _name(self, item: Item, *, renamed: bool) -> str:
        """That of a definition, and none of anything else."""
        if not isinstance(item, DEFINITIONS):
            return ""
        return self._renaming.identifier(item.name) if renamed else item.name

    def _key(self, value: object, *, renamed: bool) -> object:
        """Equal for a statement of the source and one of the member that are the same."""
        if isinstance(value, Gap):
            return "gap", value.name
        if isinstance(value, ast.AST):
            fields = (getattr(value, field, None) for field in value._fields if field not in _UNREAD)
            if isinstance(value, ast.Constant):
                held = value.value
                if isinstance(held, str):
                    return str, self._renaming.text(held) if renamed else held
                return type(held), repr(held)
            return type(value), *(self._key(one, renamed=renamed) for one in fields)
        if isinstance(value, list):
            return tuple(self._key(one, renamed=renamed) for one in value)
        if isinstance(value, str):
            return self._renaming.identifier(value) if renamed else value
        return value


def _item_line(item: Item) -> int:
    return item.start if isinstance(item, Gap) else first_line(item) if isinstance(item, ast.AST) else 0


def _item_end(item: Item) -> int:
    return item.end if isinstance(item, Gap) else last_line(item) if isinstance(item, ast.AST) else 0


def _item_text(item: Item, code: Code) -> str:
    return f"gap `{item.name}`" if isinstance(item, Gap) else _told(item, code) if isinstance(item, ast.AST) else ""


def _item_lines(item: Item, code: Code) -> Sequence[str]:
    if isinstance(item, Gap):
        return [f"# esper: gap({item.name})"]
    return code.lines[_item_line(item) - 1 : _item_end(item)]


def _header(node: ast.AST, code: Code) -> Sequence[str]:
    """The lines of a statement, of a compound one those before its body."""
    body, start, end = getattr(node, "body", None), getattr(node, "lineno", 1), last_line(node)
    if isinstance(body, list) and body and first_line(body[0]) > start:
        end = first_line(body[0]) - 1
        while end > start and re.match(r"\s*(#|$)", code.lines[end - 1]):
            end -= 1
    return code.lines[start - 1 : end]


def _told(node: ast.AST, code: Code) -> str:
    """The code of a node; of a compound statement its header."""
    if isinstance(node, ast.stmt) and hasattr(node, "body"):
        return "\n".join(_header(node, code))
    return ast.get_source_segment("\n".join(code.lines), node) or ""


def _characters(line: str, column: int) -> int:
    return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
