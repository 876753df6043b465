"""A statement -> where it breaks the graph that ``torch.compile`` makes, as far as the text shows it.

Dynamo cannot resume inside an inlined frame, so a break in a helper is a break in all of its callers, and from the
ninth class on they share one code object's cache (recompile limit 8) and nothing is compiled, silently.  Which calls
break is documented at https://pytorch.org/docs/stable/torch.compiler_faq.html.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from esper_lint.fixing.extraction.sites import Site
from esper_lint.fixing.extraction.submodules import Called, Target, calls_in, target_of

_LOGGERS = frozenset(("logger", "logging", "_logger", "log", "LOG", "LOGGER", "_LOGGER", "warnings"))
_LEVELS = frozenset(
    (
        *("debug", "info", "info_once", "warning", "warning_once", "warn", "warn_once", "error", "exception"),
        *("critical", "log"),
    )
)
_TO_PYTHON = frozenset(("item", "tolist", "numpy", "data_ptr"))
_VALUES = frozenset(
    (
        *("any", "all", "item", "equal", "allclose", "is_nonzero", "isnan", "isinf", "isfinite"),
        *("sum", "mean", "max", "min", "std", "var", "argmax", "argmin", "count_nonzero", "nonzero"),
    )
)
_DISABLED = frozenset(("disable", "graph_break", "print", "breakpoint"))
_DEPTH = 4


def breaks_in(statement: ast.AST, site: Site) -> Iterator[tuple[int, str]]:
    """The line and the cause of every break, those in what the statement calls of this file included."""
    yield from _own(statement)
    for called in calls_in(statement, target_of(site), site.source.tree):
        where = _of_call(called, site.source.tree, _DEPTH)
        if where:
            yield called.line, f"`{called.text}` {where}"


def unresolved_in(statement: ast.AST, site: Site) -> Iterator[tuple[int, str]]:
    """The line and the text of every callee of which the file does not tell what it is, nor that it is of torch."""
    for called in calls_in(statement, target_of(site), site.source.tree):
        if not called.is_known:
            yield called.line, called.text


def _of_call(called: Called, tree: ast.Module, depth: int) -> str:
    """Why what is called breaks the graph; empty if nothing shows that it does."""
    return next((found for target in called.targets if depth and (found := _of_target(target, tree, depth))), "")


@lru_cache(maxsize=1024)
def _of_target(target: Target, tree: ast.Module, depth: int) -> str:
    for line, what in _own(target.function):
        return f"breaks the graph at line {line}: {what}"
    if any("dynamo" in ast.unparse(decorator) for decorator in target.function.decorator_list):
        return f"is not compiled (line {target.function.lineno})"
    calls = calls_in(target.function, target, tree)
    return next((found for inner in calls if (found := _of_call(inner, tree, depth - 1))), "")


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
        root = node.func.value
        if node.func.attr in _VALUES and not (isinstance(root, ast.Name) and root.id in ("math", "self")):
            return ast.unparse(node)
    return ""
