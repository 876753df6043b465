"""A module and a name that it lacks -> the module with one import more, where its authors would have put it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node


def with_import(module: cst.Module, source: str, name: str) -> cst.Module:
    """``from source import name`` added, to an import of the same source if the module's head has one."""
    body: list[Any] = list(module.body)
    for index, statement in enumerate(body):
        found = _import_from(statement)
        if found is not None and _source(found) == source and not isinstance(found.names, cst.ImportStar):
            body[index] = statement.with_changes(body=[_with_alias(found, name)])
            return module.with_changes(body=body)
    line = cst.SimpleStatementLine([_new(source, name)])
    at, opens_group = _place(body, source)
    if at < len(body) and (opens_group or at == _after_head(body)):
        follower = body[at]
        line = line.with_changes(leading_lines=[one for one in follower.leading_lines if one.comment is None][:1])
        if opens_group and not any(one.comment is None for one in follower.leading_lines):
            blank = cst.EmptyLine(indent=False)
            body[at] = follower.with_changes(leading_lines=[blank, *follower.leading_lines])
    body.insert(at, line)
    return module.with_changes(body=body)


def _with_alias(found: cst.ImportFrom, name: str) -> cst.ImportFrom:
    aliases: list[cst.ImportAlias] = list(found.names)  # type: ignore[arg-type]
    at = next((i for i, alias in enumerate(aliases) if _key(alias.evaluated_name) > _key(name)), len(aliases))
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


def _place(body: Sequence[cst.BaseStatement | cst.SimpleStatementLine], source: str) -> tuple[int, bool]:
    """Where among the imports at the head a new one goes, and whether it is the first of its group there."""
    head = _after_head(body)
    imports = []
    for index in range(head, len(body)):
        kind = _kind_of(body[index])
        if kind is None:
            break
        imports.append((index, kind))
    mine = _group(source)
    same = [index for index, (group, key) in imports if group == mine and key <= (1, source.lower())]
    if same:
        return same[-1] + 1, False
    earlier = [index for index, (group, _) in imports if group < mine]
    of_group = any(group == mine for _, (group, _) in imports)
    return (earlier[-1] + 1 if earlier else head), bool(imports) and not of_group


def _after_head(body: Sequence[cst.BaseStatement | cst.SimpleStatementLine]) -> int:
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


def _kind_of(statement: cst.BaseStatement | cst.SimpleStatementLine) -> tuple[int, tuple[int, str]] | None:
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


def _import_from(statement: cst.BaseStatement | cst.SimpleStatementLine) -> cst.ImportFrom | None:
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


def _key(name: str) -> tuple[int, str]:
    """Constants, classes, functions: the order that isort gives the names of one import."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name
