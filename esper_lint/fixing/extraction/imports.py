"""A module and a name that it lacks -> the module with one import more, where its authors would have put it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node

from esper_lint.fixing.extraction.concrete import AnyStatement


def with_import(module: cst.Module, source: str, name: str, width: int) -> cst.Module:
    """``from source import name`` added, to an import of the same source if the module's head has one.

    An import that would be longer than ``width`` is put in brackets, with a line for each name.
    """
    body: list[Any] = list(module.body)
    for index, statement in enumerate(body):
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            break  # what stands further down may be bound too late
        found = _import_from(statement)
        if found is not None and _source(found) == source and not isinstance(found.names, cst.ImportStar):
            body[index] = _wrapped(statement.with_changes(body=[_with_alias(found, name)]), module, width)
            return module.with_changes(body=body)
    at, follows = _place(body, source)
    new, moved = _spaced(body[at].leading_lines if at < len(body) else (), follows)
    if at < len(body):
        body[at] = body[at].with_changes(leading_lines=moved)
    line = cst.SimpleStatementLine([_new(source, name)], leading_lines=new)
    body.insert(at, _wrapped(line, module, width))
    return module.with_changes(body=body)


def _wrapped(line: cst.SimpleStatementLine, module: cst.Module, width: int) -> cst.SimpleStatementLine:
    text = module.code_for_node(line.with_changes(leading_lines=())).strip()
    found = line.body[0]
    is_plain = "\n" not in text and isinstance(found, cst.ImportFrom) and found.lpar is None
    if len(text) <= width or not is_plain or line.trailing_whitespace.comment:
        return line
    head, _, names = text.partition(" import ")
    listed = "".join(f"{module.default_indent}{name},\n" for name in names.split(", "))
    parsed = cst.parse_statement(f"{head} import (\n{listed})\n", module.config_for_parsing)
    assert isinstance(parsed, cst.SimpleStatementLine)
    return parsed.with_changes(leading_lines=line.leading_lines)


def _with_alias(found: cst.ImportFrom, name: str) -> cst.ImportFrom:
    aliases: list[cst.ImportAlias] = list(found.names)  # type: ignore[arg-type]
    at = next(
        (i for i, alias in enumerate(aliases) if order_of_name(alias.evaluated_name) > order_of_name(name)),
        len(aliases),
    )
    new = cst.ImportAlias(cst.Name(name))
    separators = [alias.comma for alias in aliases if isinstance(alias.comma, cst.Comma)]
    between = (
        separators[0] if len(aliases) > 1 and separators else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    )
    if at < len(aliases):
        aliases.insert(at, new.with_changes(comma=between))
    else:
        last = aliases[-1].comma
        aliases[-1] = aliases[-1].with_changes(comma=between)
        aliases.append(new.with_changes(comma=last))
    return found.with_changes(names=aliases)


_Lines = Sequence[cst.EmptyLine]


class _Follows(Enum):
    """What an import to be stands right behind, and before."""

    ITS_OWN = auto()  # an import of its group
    BEFORE_ITS_OWN = auto()
    ANOTHER_GROUP = auto()
    BEFORE_ANOTHER_GROUP = auto()
    NO_IMPORT = auto()


def _place(body: Sequence[AnyStatement], source: str) -> tuple[int, _Follows]:
    """Where among the first imports a new one goes."""
    imports: list[tuple[int, int, tuple[int, str]]] = []
    for index in range(_first_import(body), len(body)):
        kind = _kind_of(body[index])
        if kind is None:
            break
        imports.append((index, *kind))
    if not imports:
        return _after_head(body), _Follows.NO_IMPORT
    group, key = _group(source), (1, source.lower())
    own = [(index, other) for index, of, other in imports if of == group]
    before = [index for index, other in own if other <= key]
    if before:
        return before[-1] + 1, _Follows.ITS_OWN
    if own:
        first: Any = body[own[0][0]]
        commented = any(line.comment for line in first.leading_lines)
        return (own[0][0] + 1, _Follows.ITS_OWN) if commented else (own[0][0], _Follows.BEFORE_ITS_OWN)
    earlier = [index for index, of, _ in imports if of < group]
    return (earlier[-1] + 1, _Follows.ANOTHER_GROUP) if earlier else (imports[0][0], _Follows.BEFORE_ANOTHER_GROUP)


def _spaced(lines: _Lines, follows: _Follows) -> tuple[_Lines, _Lines]:
    """The lines above a new import, and those left above what it is put before, which has ``lines`` until then."""
    blank = cst.EmptyLine(indent=False)
    if follows is _Follows.ITS_OWN:
        return (), lines
    if follows is _Follows.BEFORE_ITS_OWN:
        return lines, ()
    if follows is _Follows.BEFORE_ANOTHER_GROUP:  # comments at the head of a file stay there
        return lines, (blank,)
    blanks = [line for line in lines if line.comment is None]
    if follows is _Follows.NO_IMPORT:
        return blanks[:1], lines if blanks else (blank, *lines)
    return (blank,), lines if blanks else (blank, *lines)


def _first_import(body: Sequence[AnyStatement]) -> int:
    """The first import that is not of ``__future__``, if nothing but plain statements stands before it."""
    for index, statement in enumerate(body):
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        found = _kind_of(statement)
        if found is not None and found[1][1] != "__future__":
            return index
    return _after_head(body)


def _after_head(body: Sequence[AnyStatement]) -> int:
    """After the docstring and what comes from ``__future__``."""
    at = 0
    for index, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine):
            first = statement.body[0]
            if (
                isinstance(first, cst.Expr)
                and index == 0
                and isinstance(first.value, (cst.SimpleString, cst.ConcatenatedString))
            ):
                at = 1
                continue
            if isinstance(first, cst.ImportFrom) and _source(first) == "__future__":
                at = index + 1
                continue
        break
    return at


def _kind_of(statement: AnyStatement) -> tuple[int, tuple[int, str]] | None:
    """The group of an import, and its place in it: plain imports come first."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return None
    first = statement.body[0]
    if isinstance(first, cst.ImportFrom):
        return _group(_source(first)), (1, _source(first).lower())
    if isinstance(first, cst.Import):
        name = get_full_name_for_node(first.names[0].name) or ""
        return _group(name), (0, name.lower())
    return None


def _group(source: str) -> int:
    if source.startswith("."):
        return 3
    return 1 if source.partition(".")[0] in sys.stdlib_module_names else 2


def _import_from(statement: AnyStatement) -> cst.ImportFrom | None:
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        only = statement.body[0]
        return only if isinstance(only, cst.ImportFrom) else None
    return None


def _source(found: cst.ImportFrom) -> str:
    return "." * len(found.relative) + (get_full_name_for_node(found.module) or "" if found.module else "")


def _new(source: str, name: str) -> cst.ImportFrom:
    statement = cst.parse_statement(f"from {source} import {name}")
    assert isinstance(statement, cst.SimpleStatementLine)
    found = statement.body[0]
    assert isinstance(found, cst.ImportFrom)
    return found


def order_of_name(name: str) -> tuple[int, str]:
    """Constants, classes, functions: the order that isort gives the names of one import."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name
