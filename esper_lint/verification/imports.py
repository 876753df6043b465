"""The text of a module -> the modules of its project that it imports, wherever in the text."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any


def imported(text: str, module: str, *, is_package: bool, known: Collection[str]) -> frozenset[str]:
    """Those of the ``known`` modules that importing ``module`` may run, the packages around them included.

    Only the packages around it for a text that is no Python.  Imports by name at run time (``importlib``) are not seen.
    """
    package = module if is_package else module.rpartition(".")[0]
    named: set[str] = {module}
    for node in _import_statements(text):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        else:
            source = absolute_module(node, package)
            named |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    return frozenset(one for name in named for one in _with_packages(name) if one in known) - {module}


def absolute_module(statement: ast.ImportFrom, package: str) -> str:
    """The module that names are imported from; empty where it would lie above the outermost package."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".") if package else []
    if statement.level > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - statement.level + 1], *([statement.module] if statement.module else [])])


@lru_cache(maxsize=4_096)  # most files are the same in both versions, and to parse them is what costs
def _import_statements(text: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node for node in _statements(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All of them, however deep; no expression holds one, and most of a tree is expressions."""
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            pending += getattr(node, field, ())


def _with_packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
