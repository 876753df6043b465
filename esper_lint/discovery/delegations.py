"""A statement of a forward -> the helper that it does nothing but call, if it is such a statement.

Two bodies that are made of calls to the same helpers share these helpers already: what they still have in common is no
duplicate.  So such statements do not count for the size that a forward needs to be compared.

A statement is told by its own text, which forms of a body determine: equal bodies are of equal size wherever they
stand, whatever their files bind the names to.  A call is one of a helper if its name begins with an underscore, or if
it hands ``self`` on as its first argument.
"""

from __future__ import annotations

import ast

_SELF = "self"
# Built-in functions that forwards call on themselves.
_BUILTINS = frozenset({"delattr", "getattr", "hasattr", "isinstance", "len", "print", "setattr", "super", "type"})


def helper_called(statement: ast.Assign | ast.AnnAssign | ast.Return | ast.Expr) -> str:
    """The name of the helper if the statement is ``a, b = helper(self, x, self.y, k=1)`` or returns such a call or only
    makes it: plain names on the left, and nothing but plain names, constants and attributes of ``self`` as arguments.
    Else an empty text.
    """
    call = statement.value
    if type(call) is not ast.Call or type(call.func) is not ast.Name:
        return ""
    name, arguments = call.func.id, call.args
    takes_self = bool(arguments) and type(arguments[0]) is ast.Name and arguments[0].id == _SELF
    is_helper = (takes_self and name not in _BUILTINS) or name[0] == "_"
    bare = name.lstrip("_")
    # A class is written with a capital: what it makes is no result of a helper.
    if not is_helper or not bare or bare[0].isupper() or not _binds_names_only(statement):
        return ""
    values = [*arguments, *(keyword.value for keyword in call.keywords)]
    return name if all(map(_is_handed_on, values)) and all(one.arg for one in call.keywords) else ""


def _binds_names_only(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.AnnAssign):
        return isinstance(statement.target, ast.Name)
    if not isinstance(statement, ast.Assign):
        return True
    target, *others = statement.targets
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return not others and all(isinstance(part, ast.Name) for part in parts)


def _is_handed_on(value: ast.expr) -> bool:
    if isinstance(value, ast.Attribute):
        return isinstance(value.value, ast.Name) and value.value.id == _SELF
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub) and isinstance(value.operand, ast.Constant)
    return isinstance(value, (ast.Name, ast.Constant))
