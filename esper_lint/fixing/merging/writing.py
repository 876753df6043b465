"""The parts that a base class takes -> the file with that class in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from operator import itemgetter

import libcst as cst

from esper_lint.fixing.documenting import QUOTES, document
from esper_lint.fixing.merging.choosing import Choice
from esper_lint.fixing.merging.hazards import best_copy
from esper_lint.fixing.merging.source import ClassCode, Source, StatementCode


def written(source: Source, choice: Choice, name: str, width: int) -> str:
    """All that is not a class of the source, or its base, comes back byte for byte."""
    top = min(one.top for one in source.classes)
    codes = {one.code: _rest(one, choice, number, name) for number, one in enumerate(source.classes)}
    code = source.code.visit(_Replacing(codes))
    before, after = list(code.body[:top]), list(code.body[top:])
    base = _base(source, choice, name, width)
    if before:
        base = base.with_changes(leading_lines=_BLANK * 2)
    first = after[0]
    lines = _with_blanks(first.leading_lines, 2)
    return code.with_changes(body=[*before, base, first.with_changes(leading_lines=lines), *after[1:]]).code


class _Replacing(cst.CSTTransformer):
    def __init__(self, codes: dict[cst.ClassDef, cst.ClassDef]) -> None:
        self._codes = codes

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        return self._codes.get(original_node, updated_node)

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:
        return False


# -- blank lines ------------------------------------------------------------------------------------------------------

_BLANK = [cst.EmptyLine(indent=False)]


def _blanks(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    return list(takewhile(_is_blank, lines))


def _is_blank(line: cst.EmptyLine) -> bool:
    return line.comment is None


def _with_blanks(lines: Sequence[cst.EmptyLine], least: int) -> list[cst.EmptyLine]:
    return [*_BLANK * (least - len(_blanks(lines))), *lines]


def _led_by(code: StatementCode, blanks: Sequence[cst.EmptyLine]) -> StatementCode:
    """The statement with other blank lines above it, and above its comments."""
    lines = code.leading_lines
    return code.with_changes(leading_lines=[*blanks, *lines[len(_blanks(lines)) :]])


# -- the classes ------------------------------------------------------------------------------------------------------


def _rest(one: ClassCode, choice: Choice, number: int, name: str) -> cst.ClassDef:
    """A class without what its base has."""
    gone = {place for part in choice.moved for place in part.copies[number].places}
    kept = [statement.code for place, statement in enumerate(one.statements) if place not in gone]
    if kept and 0 in gone and not (one.docstring and type(kept[0]) in _DEFINITIONS):
        kept[0] = _led_by(kept[0], _blanks(one.statements[0].code.leading_lines))
    if one.docstring is not None:
        kept.insert(0, one.docstring.code)
    if not kept:
        kept = [cst.SimpleStatementLine([cst.Pass()])]
    code = one.code
    bases = [cst.Arg(cst.Name(name))]
    if not code.keywords:
        code = code.with_changes(lpar=cst.LeftParen(), rpar=cst.RightParen())
    return code.with_changes(bases=bases, body=code.body.with_changes(body=kept))


# -- the base ---------------------------------------------------------------------------------------------------------


def _base(source: Source, choice: Choice, name: str, width: int) -> cst.ClassDef:
    first = source.classes[0].code
    body = first.body if isinstance(first.body, cst.IndentedBlock) else cst.IndentedBlock([])
    room = width - len(body.indent or source.code.default_indent) - len(QUOTES)
    text = document([one.tree.name for one in source.classes], room)
    documented = cst.SimpleStatementLine([cst.Expr(cst.SimpleString(f'"""{text}"""'))])
    statements: list[StatementCode] = [documented]
    for code in _moved(source.classes, choice):
        is_near = len(statements) > 1 and not {type(code), type(statements[-1])} & _DEFINITIONS
        blanks = _blanks(code.leading_lines) if len(statements) > 1 else []
        statements.append(_led_by(code, blanks or ([] if is_near else _BLANK)))
    return cst.ClassDef(
        cst.Name(name),
        cst.IndentedBlock(statements, indent=body.indent),
        [cst.Arg(argument.value) for argument in first.bases],
        [argument.with_changes(comma=cst.MaybeSentinel.DEFAULT) for argument in first.keywords],
    )


_DEFINITIONS = {cst.FunctionDef, cst.ClassDef}


def _moved(classes: Sequence[ClassCode], choice: Choice) -> list[StatementCode]:
    """The statements of the base in the order of the first class, each from the class that says most about it."""
    found = []
    for part in choice.moved:
        best = best_copy(part)
        dedented = _Dedented(classes[best].indent)
        for place, statement in zip(part.copies[0].places, part.copies[best].statements, strict=True):
            found.append((place, cst.ensure_type(statement.code.visit(dedented), type(statement.code))))
    return [code for _, code in sorted(found, key=itemgetter(0))]


class _Dedented(cst.CSTTransformer):
    """Takes the indentation of a class off lines that a backslash continues; libcst knows that of all others."""

    def __init__(self, indent: str) -> None:
        self._continued = re.compile(rf"(\\\r?\n){indent}")

    def leave_SimpleWhitespace(
        self, original_node: cst.SimpleWhitespace, updated_node: cst.SimpleWhitespace
    ) -> cst.SimpleWhitespace:
        return updated_node.with_changes(value=self._continued.sub(r"\1", updated_node.value))
