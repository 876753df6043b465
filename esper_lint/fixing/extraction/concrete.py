"""A file's concrete syntax tree beside its abstract one: where statements stand in it, and the tree with runs replaced.

LibCST's own visitors walk every expression of a file, which takes half a second for a large one; only the blocks that
statements stand in are walked here, and only the definitions that they stand in are read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import libcst as cst

from esper_lint.fixing.extraction.comments import Statement
from esper_lint.fixing.extraction.reduction import Reduced, reduced
from esper_lint.fixing.extraction.sites import Source, functions_in

AnyStatement = cst.BaseStatement | cst.SimpleStatementLine


class Unfaithful(Exception):
    """LibCST does not give the text back that it was given; the message is one line."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Statements ``start`` up to ``end`` of a block, and what shall stand there."""

    start: int
    end: int
    new: cst.SimpleStatementLine


@dataclass
class Written:
    """One file in both notations; ``places`` are the block and the index of every statement with lines of its own, in
    the forwards of some of its top-level statements.  ``module`` is that of the reduced text."""

    source: Source
    reduced: Reduced
    module: cst.Module
    places: dict[ast.stmt, tuple[cst.IndentedBlock, int]] = field(default_factory=dict)

    @staticmethod
    @lru_cache(maxsize=256)  # a file is tried with many groups, and parts of groups, before it changes
    def of(source: Source, tops: frozenset[int]) -> Written:
        """With the forwards in the top-level statements that ``tops`` are the indexes of.  Raises Unfaithful."""
        text = reduced(source, tops)
        try:
            module = cst.parse_module(text.text)
        except (cst.ParserSyntaxError, RecursionError, UnicodeError) as error:
            raise Unfaithful(f"LibCST cannot read the file: {type(error).__name__}") from None
        if module.code != text.text or text.restored(text.text) != source.text:
            raise Unfaithful("LibCST does not give the text of this file back")
        written = Written(source, text, module)
        kept = functions_in(ast.Module(list(text.kept), []))
        for function, definition in zip(kept, _functions(module.body), strict=True):
            if function.name == "forward":
                written._pair(function.body, definition.body)
        return written

    def node(self, statement: ast.stmt) -> Statement:
        block, index = self.places[statement]
        found = block.body[index]
        assert isinstance(found, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
        return found

    def _pair(self, block: Sequence[ast.stmt], suite: cst.BaseSuite) -> None:
        if not isinstance(suite, cst.IndentedBlock):
            return
        at = 0
        for index, node in enumerate(suite.body):
            if isinstance(node, cst.SimpleStatementLine):
                if len(node.body) == 1:
                    self.places[block[at]] = (suite, index)
                at += len(node.body)
                continue
            self.places[block[at]] = (suite, index)
            self._enter(block[at], node)
            at += 1

    def _enter(self, statement: ast.stmt, node: cst.CSTNode) -> None:
        if isinstance(statement, (ast.If, ast.For, ast.While, ast.With)):
            body, orelse = getattr(node, "body", None), getattr(node, "orelse", None)
            if body is not None:
                self._pair(statement.body, body)
            if isinstance(orelse, cst.If) and isinstance(statement, ast.If):  # an elif has no lines of its own
                self._enter(statement.orelse[0], orelse)
            elif orelse is not None and not isinstance(statement, ast.With):
                self._pair(statement.orelse, orelse.body)


def rewritten(module: cst.Module, edits: Mapping[cst.IndentedBlock, Sequence[Replacement]]) -> cst.Module:
    """The module with statements of some blocks replaced."""
    return module.with_changes(body=[_rebuilt(one, edits) for one in module.body])


def _functions(body: Sequence[cst.CSTNode]) -> Iterator[cst.FunctionDef]:
    """Every function, in the order of the text."""
    for statement in body:
        if isinstance(statement, cst.FunctionDef):
            yield statement
        for part in _parts(statement):
            yield from _functions(part.body if isinstance(part, cst.IndentedBlock) else [part])


def _parts(node: cst.CSTNode) -> Iterator[Any]:
    """What may hold statements in a compound statement, in the order of the text."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        value = getattr(node, name, None)
        if isinstance(node, cst.SimpleStatementLine) or value is None:
            continue
        yield from value if isinstance(value, (list, tuple)) else [value]


def _rebuilt(node: Any, edits: Mapping[cst.IndentedBlock, Sequence[Replacement]]) -> Any:
    if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        return node
    if isinstance(node, cst.IndentedBlock):
        body = [_rebuilt(one, edits) for one in node.body]
        for edit in sorted(edits.get(node, ()), key=lambda one: -one.start):
            body[edit.start : edit.end] = [edit.new]
        unchanged = len(body) == len(node.body) and all(a is b for a, b in zip(body, node.body, strict=True))
        return node if unchanged else node.with_changes(body=body)
    changes = {}
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        value = getattr(node, name, None)
        if isinstance(value, (list, tuple)):
            new: Any = [_rebuilt(one, edits) for one in value]
            if any(a is not b for a, b in zip(new, value, strict=True)):
                changes[name] = new
        elif value is not None:
            new = _rebuilt(value, edits)
            if new is not value:
                changes[name] = new
    return node.with_changes(**changes) if changes else node
