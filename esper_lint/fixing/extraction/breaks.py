"""A statement -> where it breaks the graph that ``torch.compile`` makes, as far as the text shows it.

Dynamo cannot resume inside an inlined frame, so a break in a helper is a break in all of its callers, and from the
ninth class on they share one code object's cache (recompile limit 8) and nothing is compiled, silently.  Which calls
break is documented at https://pytorch.org/docs/stable/torch.compiler_faq.html.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from esper_lint.fixing.extraction.sites import Site

_LOGGERS = frozenset(("logger", "logging", "_logger", "log", "LOG", "LOGGER", "_LOGGER", "warnings"))
_LEVELS = frozenset(
    (
        "debug",
        "info",
        "warning",
        "warning_once",
        "warn",
        "warn_once",
        "error",
        "exception",
        "critical",
        "log",
        "info_once",
    )
)
_TO_PYTHON = frozenset(("item", "tolist", "numpy", "data_ptr"))
_VALUES = frozenset(("any", "all", "item", "equal", "allclose", "is_nonzero", "isnan", "isinf", "isfinite"))
_DISABLED = frozenset(("disable", "graph_break", "print", "breakpoint"))
_DEPTH = 4


def breaks_in(statement: ast.AST, site: Site) -> Iterator[tuple[int, str]]:
    """The line and the cause of every break, those in submodules and methods of this file included."""
    yield from _own(statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func
            if isinstance(target.value, ast.Name) and target.value.id == site.self_name:
                for where in _callees(target.attr, site.owner, site, _DEPTH):
                    yield node.lineno, f"`{ast.unparse(target)}` {where}"
                    break


def unresolved_in(statement: ast.AST, site: Site) -> Iterator[str]:
    """The attributes of self that a statement calls and of which the file does not tell what they are."""
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == site.self_name
            and not _is_known(node.func.attr, site)
        ):
            yield node.func.attr


def _own(root: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(root):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id == "print":
                yield node.lineno, "`print` writes"
            elif isinstance(function, ast.Attribute):
                name = function.attr
                if isinstance(function.value, ast.Name) and function.value.id in _LOGGERS and name in _LEVELS:
                    yield node.lineno, f"`{ast.unparse(function)}` logs"
                elif name in _TO_PYTHON:
                    yield node.lineno, f"`.{name}()` asks for a value"
                elif name in _DISABLED and "_dynamo" in ast.unparse(function):
                    yield node.lineno, f"`{ast.unparse(function)}` is not compiled"
        elif isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)) and (asked := _asked(node.test)):
            yield node.lineno, f"`{asked}` decides by a value"


def _asked(test: ast.expr) -> str:
    """What in a condition needs the values of a tensor, as far as its name tells; empty if nothing does."""
    for node in ast.walk(test):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in _VALUES and not _is_of_python(node):
            return ast.unparse(node)
    return ""


def _is_of_python(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "math"
    )


def _callees(attribute: str, owner: ast.ClassDef, site: Site, depth: int) -> Iterator[str]:
    """Why what an attribute of self stands for breaks the graph, from its class as this file defines it."""
    method = _method(owner, attribute)
    if method is None:
        kind = _assigned_class(owner, attribute, site)
        if kind is None:
            return
        owner, method = kind, _method(kind, "forward")
    if method is None or depth == 0:
        return
    for line, what in _own(method):
        yield f"breaks the graph at line {line}: {what}"
        return
    if any("dynamo" in ast.unparse(decorator) for decorator in method.decorator_list):
        yield f"is not compiled (line {method.lineno})"
        return
    first = [*method.args.posonlyargs, *method.args.args][:1]
    for node in ast.walk(method):
        if (
            first
            and isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == first[0].arg
        ):
            yield from _callees(node.func.attr, owner, site, depth - 1)


def _is_known(attribute: str, site: Site) -> bool:
    if _method(site.owner, attribute) is not None:
        return True
    call = _assignment(site.owner, attribute)
    return call is not None and (
        ast.unparse(call.func).startswith(("nn.", "torch.nn.")) or _class(call, site) is not None
    )


def _method(owner: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _assigned_class(owner: ast.ClassDef, attribute: str, site: Site) -> ast.ClassDef | None:
    call = _assignment(owner, attribute)
    return None if call is None else _class(call, site)


def _assignment(owner: ast.ClassDef, attribute: str) -> ast.Call | None:
    """The call in ``self.attribute = Class(...)`` of the constructor."""
    method = _method(owner, "__init__")
    for node in ast.walk(method) if method else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr == attribute:
                    return node.value
    return None


def _class(call: ast.Call, site: Site) -> ast.ClassDef | None:
    if not isinstance(call.func, ast.Name):
        return None
    return site.source.classes.get(call.func.id)
