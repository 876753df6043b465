"""Whether two pieces of syntax are the same code, and where they differ."""

from __future__ import annotations

import ast
from typing import Any

# ``u"…"`` is ``"…"``.
_IGNORED = frozenset({"kind"})


def same(one: Any, other: Any) -> bool:
    """Equal in everything but positions and the prefix ``u`` of strings; constants with their types."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.Constant):
        return same_constant(one.value, other.value)
    if isinstance(one, ast.AST):
        return all(same(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def same_constant(one: object, other: object) -> bool:
    """``1``, ``1.0`` and ``True`` are three constants, and so are ``0.0`` and ``-0.0``."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (float, complex)):
        return repr(one) == repr(other)
    return one == other


def fields_of(node: ast.AST) -> list[tuple[str, Any]]:
    """The fields that count, in their order."""
    left_out = _IGNORED if isinstance(node, ast.Constant) else frozenset[str]()
    return [(name, getattr(node, name, None)) for name in node._fields if name not in left_out]


def line_of_difference(one: Any, other: Any, line: int) -> int:
    """The line in ``one`` where it first differs from ``other``; ``line`` where that is not known."""
    if isinstance(one, ast.AST):
        line = getattr(one, "lineno", line)
        if type(one) is type(other):
            for name, value in fields_of(one):
                counterpart = getattr(other, name, None)
                if not same(value, counterpart):
                    return line_of_difference(value, counterpart, line)
    elif isinstance(one, list) and isinstance(other, list):
        for mine, theirs in zip(one, other, strict=False):
            if not same(mine, theirs):
                return line_of_difference(mine, theirs, line)
    return line
