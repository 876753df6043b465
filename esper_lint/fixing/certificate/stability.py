"""Attributes of self as arguments: what they cost (strategy S4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from esper_lint.fixing.certificate.claims import Obligation
from esper_lint.fixing.certificate.closures import captured, closures
from esper_lint.fixing.certificate.definition import Helper
from esper_lint.fixing.certificate.inlining import Inlined
from esper_lint.fixing.certificate.objection import Objection


def obligations(inlined: Inlined, path: str) -> Iterator[Obligation]:
    """What must hold of the attributes that a call passes. Raises ``Objection`` where the helper calls or changes one.

    A submodule is only ever called through its module, so that hooks still fire.
    """
    for parameter, argument in inlined.arguments.items():
        if isinstance(argument, ast.Attribute):
            _check_use(parameter, argument.attr, inlined.helper)
            text = ast.unparse(argument)
            read = inlined.renaming.replaced.get(parameter)
            line = read[0].lineno if read else inlined.run[0].lineno
            yield Obligation("stable-attribute", path, line, f"{text} is not assigned while the helper runs")
            if not inlined.helper.flow.is_read_at_once(parameter):
                yield Obligation(
                    "hoisted-read", path, line, f"{text} is read earlier, and where it may not have been read"
                )


def _check_use(parameter: str, attribute: str, helper: Helper) -> None:
    for closure in closures(helper.body, helper.scope):
        if parameter in captured(closure, helper.scope):
            line = getattr(closure.node, "lineno", helper.node.lineno)
            raise Objection(
                "captured", f"{parameter} stands for an attribute, and is kept for later", line, helper.path
            )
    for node in ast.walk(helper.node):
        match node:
            case ast.Call(func=func, args=args, keywords=keywords):
                called = _leads_from(func, parameter)
                in_place = _is_in_place(func) and any(_leads_from(argument, parameter) for argument in args)
                in_place = in_place or any(
                    _leads_from(keyword.value, parameter) for keyword in keywords if keyword.arg == "out"
                )
                refused = (called and (isinstance(func, ast.Name) or _is_in_place(func))) or in_place
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                refused = _leads_from(node, parameter)
                refused = refused or (isinstance(node, ast.Attribute) and node.attr == attribute)
            case _:
                continue
        if refused:
            reason = f"{parameter} stands for an attribute, and is called or changed"
            raise Objection("stable-attribute", reason, node.lineno, helper.path)


def _leads_from(node: ast.expr, parameter: str) -> bool:
    """Whether an expression is a parameter, or an attribute or item of it."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Name) and node.id == parameter


def _is_in_place(func: ast.expr) -> bool:
    """By the convention of torch."""
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return (name.endswith("_") and not name.endswith("__")) or name in _SETTERS


_SETTERS = frozenset({"__setitem__", "__delitem__", "__setattr__", "__delattr__", "setattr", "delattr", "append"})
