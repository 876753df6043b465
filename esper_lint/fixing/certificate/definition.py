"""What a helper must be: a plain function at module level, whose code means the same wherever it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from esper_lint.fixing.certificate.flow import Flow
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.scopes import Scope, all_arguments
from esper_lint.fixing.certificate.source import without_docstring

_FRAMES = frozenset({"breakpoint", "dir", "eval", "exec", "globals", "locals", "vars"})
_FRAME_ATTRIBUTES = frozenset({"_getframe", "_getframemodulename", "currentframe"})
_STACKS = frozenset({"inspect", "traceback"})
# Of an ``except*`` several handlers may run, and the scopes of types are evaluated when somebody asks for them.
_UNFOLLOWED = {"TryStar": "except*", "TypeAlias": "type"}


@dataclass(frozen=True)
class Helper:
    """A helper, in its file."""

    path: str
    node: ast.FunctionDef
    scope: Scope

    @property
    def name(self) -> str:
        return self.node.name

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Without its docstring."""
        return without_docstring(self.node)

    @cached_property
    def parameters(self) -> list[str]:
        return [arg.arg for arg in all_arguments(self.node.args)]

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.body, self.scope, self.parameters)

    @cached_property
    def returns(self) -> list[ast.Return]:
        """Its own, not those of functions in it."""
        return list(_returns(self.body))

    def rebinds(self, parameter: str) -> bool:
        return self.scope.times_bound(parameter) > 1


def check_definition(node: ast.stmt, path: str) -> ast.FunctionDef:
    """The statement as a function; raises ``Objection`` where it is no plain one, or cannot be moved."""
    if isinstance(node, ast.AsyncFunctionDef):
        raise Objection("async", f"{node.name} is asynchronous", node.lineno, path)
    if not isinstance(node, ast.FunctionDef):
        raise Objection("helper", "the helper is not a function", node.lineno, path)
    args = node.args
    for refused, kind, reason in (
        (node.decorator_list, "decorated", "has a decorator"),
        (getattr(node, "type_params", None), "signature", "has type parameters"),
        ([*args.defaults, *filter(None, args.kw_defaults)], "default", "has a default"),
        (args.vararg or args.kwarg, "signature", "takes any number of arguments"),
    ):
        if refused:
            raise Objection(kind, f"{node.name} {reason}", node.lineno, path)
    for inner in ast.walk(node):
        kind, reason = _hazard(inner)
        if kind:
            raise Objection(kind, f"{node.name}: {reason}", getattr(inner, "lineno", node.lineno), path)
    if not without_docstring(node):
        raise Objection("helper", f"{node.name} does nothing", node.lineno, path)
    return node


def _hazard(node: ast.AST) -> tuple[str, str]:
    """The kind and the reason for which code may not be moved to another function; empty where it may."""
    for name in identifiers(node):
        if is_mangled(name):
            return "mangled", f"{name} is private to a class"
    match node:
        case ast.Yield() | ast.YieldFrom():
            return "generator", "it yields"
        case ast.Await() | ast.AsyncFor() | ast.AsyncWith() | ast.AsyncFunctionDef() | ast.comprehension(is_async=1):
            return "async", "it awaits"
        case ast.Global() | ast.Nonlocal():
            return "scope", "it declares names of another scope"
        case ast.ClassDef():
            return "closure", "it defines a class"
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return "scope", "it imports everything"
        case ast.Name(id="super" | "__class__" as name):
            return "super", f"{name} needs a method of a class"
        case ast.Name(id=name) if name in _FRAMES or name in _FRAME_ATTRIBUTES:
            return "introspection", f"{name} sees the function that it stands in"
        case ast.Attribute(attr=name) if name in _FRAME_ATTRIBUTES:
            return "introspection", f"{name} sees the function that it stands in"
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in _STACKS:
            return "introspection", f"{name}.{attribute} may see the function that it stands in"
        case (
            ast.keyword(arg="stacklevel")
            | ast.Call(func=ast.Attribute(attr="warn") | ast.Name(id="warn"), args=[_, _, _, *_])
        ):
            return "introspection", "stacklevel counts the functions around it"
    return "", ""


def check_site(site: ast.FunctionDef) -> None:
    """Raises ``Objection`` where a site may look at its own local variables, of which some will not be there, or holds
    what the flow of values is not followed through."""
    for node in ast.walk(site):
        if type(node).__name__ in _UNFOLLOWED or (node is not site and getattr(node, "type_params", None)):
            line = getattr(node, "lineno", site.lineno)
            raise Objection(
                "flow", f"values are not followed through `{_UNFOLLOWED.get(type(node).__name__, '[T]')}`", line
            )
        match node:
            case ast.Name(id="locals" | "eval" | "exec" as name):
                pass
            case ast.Call(func=ast.Name(id="vars" | "dir" as name), args=[], keywords=[]):
                pass
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _FRAME_ATTRIBUTES:
                pass
            case _:
                continue
        raise Objection("introspection", f"{name} sees the variables of the site", getattr(node, "lineno", site.lineno))


def identifiers(node: ast.AST) -> Iterator[str]:
    """Every identifier that is spelled at this node."""
    for field in ("id", "attr", "arg", "name", "asname", "rest"):
        value = getattr(node, field, None)
        if isinstance(value, str):
            yield value
    for field in ("names", "kwd_attrs"):
        for value in getattr(node, field, ()):
            if isinstance(value, str):
                yield value


def is_mangled(name: str) -> bool:
    """Whether a class body changes the name; see "Private name mangling" in the language reference, 6.2.1."""
    return name.startswith("__") and not name.endswith("__") and "." not in name


def _returns(statements: list[ast.stmt]) -> Iterator[ast.Return]:
    for statement in statements:
        if isinstance(statement, ast.Return):
            yield statement
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in blocks(statement):
                yield from _returns(block)


def blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The suites of a compound statement, in order."""
    found: list[list[ast.stmt]] = [getattr(statement, "body", [])]
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        found.append(part.body)
    found.extend([getattr(statement, "orelse", []), getattr(statement, "finalbody", [])])
    return [block for block in found if block]
