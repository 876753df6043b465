"""A Python file -> a copy of it under other names: how a corpus is made larger than it is.

What a maintainer renames who copies a file is renamed consistently: classes, functions of the module, locals and
attributes of self.  Names of the libraries stay.  Every forward is then a type 2 clone of its original.
"""

from __future__ import annotations

import ast
import builtins
import keyword

Edit = tuple[int, int, str]  # line from 1, column in characters, name

KEPT = frozenset({*keyword.kwlist, *dir(builtins), "self", "forward", "torch", "nn", "Module", "functional", "F"})


def renamed(text: str, suffix: str) -> str:
    """Raises SyntaxError for a file that does not parse."""
    tree = ast.parse(text)
    names = _own_names(tree)
    lines = text.splitlines(keepends=True)
    inside_f_strings = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    }  # before Python 3.12 these do not know their places
    edits: set[Edit] = set()
    for node in ast.walk(tree):
        if id(node) in inside_f_strings:
            continue
        if isinstance(node, ast.Name) and node.id in names:
            edits.add((node.lineno, _column(lines, node.lineno, node.col_offset), node.id))
        elif isinstance(node, ast.arg) and node.arg in names:
            edits.add((node.lineno, _column(lines, node.lineno, node.col_offset), node.arg))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
            edits.add((line, _column(lines, line, end) - len(node.attr), node.attr))
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name in names:
            edits.add(
                (
                    node.lineno,
                    lines[node.lineno - 1].index(node.name, _column(lines, node.lineno, node.col_offset + 4)),
                    node.name,
                )
            )
    return _applied(lines, edits, suffix)


def _own_names(tree: ast.Module) -> set[str]:
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.FunctionDef):
            names |= {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
            names |= {
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    return names - imported - KEPT


def _column(lines: list[str], line: int, offset: int) -> int:
    """A column in characters for one in bytes of UTF-8."""
    return len(lines[line - 1].encode()[:offset].decode())


def _applied(lines: list[str], edits: set[Edit], suffix: str) -> str:
    for line, column, name in sorted(edits, reverse=True):
        text = lines[line - 1]
        if text[column : column + len(name)] == name:
            lines[line - 1] = text[: column + len(name)] + suffix + text[column + len(name) :]
    return "".join(lines)
