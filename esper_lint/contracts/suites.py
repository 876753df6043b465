"""The statements of a definition as a contract sees them: without docstrings, and with each gap as one thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from esper_lint.contracts import copied_from, declaration
from esper_lint.contracts.declaration import Declaration, Malformed, Mark

SUITES = ("body", "orelse", "finalbody")
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
Node = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

_COMMENT_LINE = re.compile(r"\s*#")
_QUIET_LINE = re.compile(r"\s*(#|$)")


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between ``gap(NAME)`` on line ``start`` and ``end(NAME)`` on line ``end``, in one ``suite``.

    That is named by the line and column of its first statement.
    """

    name: str
    start: int
    end: int
    suite: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A statement under ``# Ignore copy``, on lines ``start`` to ``end``; a class or function has a ``name``.

    ``size`` counts it and the statements in it: so many of the source's it may stand for.
    """

    name: str
    size: int
    start: int
    end: int


Item = ast.AST | Gap | Ignored


@dataclass(frozen=True, slots=True)
class Problem:
    """A comment that does nothing: where, from 1, and why."""

    line: int
    column: int
    message: str


class Code:
    """A definition with the lines that its nodes count: ``lines[0]`` is line 1."""

    def __init__(self, node: Node, lines: Sequence[str], *, copies: bool) -> None:
        self.node = node
        self.lines = lines
        text = "\n".join(lines)
        self.gaps = gaps_in(node, lines)[0] if "esper:" in text else []
        self._ignoring = copies and copied_from.IGNORE.search(text) is not None
        self._ended = _end_of_copy(lines) if copies else 0

    @property
    def end(self) -> int:
        """The last line that a contract sees: the one before an ``End copy``, if there is one."""
        return self._ended - 1 if self._ended else len(self.lines)

    def suite(self, statements: Sequence[ast.AST], owner: ast.AST) -> list[Item]:
        """What a suite of ``owner`` holds."""
        if not statements:
            return []
        rest = list(statements)
        if isinstance(owner, DEFINITIONS) and rest and is_docstring(rest[0]):
            del rest[0]
        if self._ended:
            rest = [one for one in rest if first_line(one) < self._ended]
        here = _outermost(gap for gap in self.gaps if gap.suite == _name(statements))
        found: list[Item] = []
        for number, one in enumerate(rest):
            while here and here[0].start < first_line(one):
                found.append(here.pop(0))
            if any(isinstance(gap, Gap) and gap.end > first_line(one) for gap in found[-1:]):
                continue
            goes_on = bool(found) and isinstance(found[-1], Ignored) and isinstance(owner, ast.ClassDef)
            if self._is_ignored(one) or (goes_on and self._follows(rest[number - 1], one)):
                size = sum(isinstance(node, ast.stmt) for node in ast.walk(one))
                found.append(Ignored(getattr(one, "name", ""), size, first_line(one), last_line(one)))
            else:
                found.append(one)
        return found + here

    def _follows(self, one: ast.AST, other: ast.AST) -> bool:
        """Whether two statements of a class, neither of them a definition, stand in one block: their tool ignores it as
        a whole."""
        between = self.lines[last_line(one) : first_line(other) - 1]
        return not isinstance(one, DEFINITIONS) and not isinstance(other, DEFINITIONS) and all(map(str.strip, between))

    def _is_ignored(self, one: ast.AST) -> bool:
        if not self._ignoring:
            return False
        number = first_line(one) - 1
        while number > 0 and _COMMENT_LINE.match(self.lines[number - 1]):
            number -= 1
        above = self.lines[number : max(getattr(one, "lineno", 0), 1) - 1]
        if any(copied_from.IGNORE.search(line) for line in above):
            return True
        body = getattr(one, "body", None)
        last = first_line(body[0]) - 1 if body else last_line(one)
        own = self.lines[first_line(one) - 1 : max(last, first_line(one))]
        return any(copied_from.IGNORE.search(line) for line in own if not _COMMENT_LINE.match(line))


def _end_of_copy(lines: Sequence[str]) -> int:
    """The line of the ``End copy`` that ends this copy, or 0: one inside may be a copy of its own, with its own end."""
    inner = 0
    for number, line in enumerate(lines, 1):
        if copied_from.COMMENT.match(line):
            inner = 1
        elif copied_from.END.match(line):
            if not inner:
                return number
            inner = 0
    return 0


def gaps_in(tree: ast.AST, lines: Sequence[str]) -> tuple[list[Gap], list[Problem]]:
    """The gaps of a tree, in their order, and what is wrong with the comments that should make some."""
    strings = lines_in_strings(tree)
    suites = list(_suites(tree))
    gaps: list[Gap] = []
    problems: list[Problem] = []
    opened: dict[str, Mark] = {}
    for number, line in enumerate(lines, 1):
        if not declaration.COMMENT.match(line) or number in strings:
            continue
        try:
            said = declaration.parsed(lines, number)
        except Malformed:
            continue  # told by whoever reads the declarations
        if isinstance(said, Declaration):
            continue
        if said.verb == declaration.GAP:
            if said.name in opened:
                problems.append(_problem(said, f"gap `{said.name}` is open already: `end({said.name})` is missing"))
            opened[said.name] = said
        elif (start := opened.pop(said.name, None)) is None:
            problems.append(_problem(said, f"`end({said.name})` ends nothing: no gap of that name is open"))
        elif (suite := _suite_around(suites, lines, start)) is None or suite != _suite_around(suites, lines, said):
            text = "must begin and end in one block, indented as its statements are"
            problems.append(_problem(start, f"gap `{said.name}` {text}"))
        else:
            gaps.append(Gap(said.name, start.line, said.line, _name(suite)))
    problems.extend(_problem(one, f"gap `{one.name}` is never ended by `end({one.name})`") for one in opened.values())
    return sorted(gaps, key=lambda gap: gap.start), problems


def first_line(node: ast.AST) -> int:
    """The line on which a statement begins, that of its first decorator if it has one."""
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    return min([getattr(node, "lineno", 0), *(one.lineno for one in decorators)])


def last_line(node: ast.AST) -> int:
    line: int = getattr(node, "end_lineno", None) or first_line(node)
    return line


def _problem(mark: Mark, message: str) -> Problem:
    return Problem(mark.line, mark.column, message)


def _suites(tree: ast.AST) -> Iterator[Sequence[ast.stmt]]:
    for node in ast.walk(tree):
        for field in SUITES:
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements:
                yield statements


def _suite_around(suites: Iterable[Sequence[ast.stmt]], lines: Sequence[str], mark: Mark) -> Sequence[ast.stmt] | None:
    """The suite in which a comment stands: between two of its statements, before the first or after the last one, and
    indented as they are."""
    line = lines[mark.line - 1]
    column = len(line) - len(line.lstrip())
    for statements in suites:
        first, last = first_line(statements[0]), last_line(statements[-1])
        if statements[0].col_offset != column or any(
            first_line(one) < mark.line <= last_line(one) for one in statements
        ):
            continue
        between = lines[mark.line : first - 1] if mark.line < first else lines[last : mark.line - 1]
        if all(map(_QUIET_LINE.match, between)):
            return statements
    return None


def _name(statements: Sequence[ast.AST]) -> tuple[int, int]:
    return first_line(statements[0]), getattr(statements[0], "col_offset", 0)


def _outermost(gaps: Iterable[Gap]) -> list[Gap]:
    """Those that stand in no other one."""
    found: list[Gap] = []
    for gap in gaps:
        if not found or gap.start > found[-1].end:
            found.append(gap)
    return found


def lines_in_strings(tree: ast.AST) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            found.update(_after_first(node))
    return found


def _after_first(node: ast.Constant | ast.JoinedStr) -> Iterator[int]:
    yield from range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
