"""The parameters of a class or function as its source text declares them; nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from esper_lint.verification.specs import Arguments, Simple, Value


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no default, or none that is a simple value."""

    is_required: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """``kind`` is int, bool, float or str, from the annotation or else from the default, and empty for all else."""

    name: str
    kind: str = ""
    default: Simple | Missing = Missing(True)
    is_keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """``takes_more`` says that there are ``*args`` or ``**kwargs``."""

    parameters: tuple[Parameter, ...] = ()
    takes_more: bool = False

    def place(self, name: str) -> int | None:
        """The position of a parameter that may be given by position."""
        positional = [one.name for one in self.parameters if not one.is_keyword_only]
        return positional.index(name) if name in positional else None

    def bound(self, arguments: Arguments) -> dict[str, Value]:
        """The arguments by the names of their parameters; those that have none are left out."""
        positional = [one.name for one in self.parameters if not one.is_keyword_only]
        return {**dict(zip(positional, arguments.positional, strict=False)), **dict(arguments.keywords)}

    def replaced(self, arguments: Arguments, name: str, value: Value) -> Arguments:
        """The arguments with another value for one parameter, whether or not it was given."""
        place = self.place(name)
        if place is not None and place < len(arguments.positional):
            before, after = arguments.positional[:place], arguments.positional[place + 1 :]
            return Arguments((*before, value, *after), arguments.keywords)
        keywords = {**dict(arguments.keywords), name: value}
        return Arguments(arguments.positional, tuple(keywords.items()))


def signature_in(source: str, qualname: str) -> Signature | None:
    """The signature of what stands at ``qualname``, a dotted path through functions and classes, in a module's text.

    Of a class it is that of its own constructor, without ``self``; a class without one has the empty signature if it
    has no bases that could bring one, which is the module class alone.  None if it is not there or cannot be told.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = next(_named(tree.body, qualname.split(".")), None)
    if isinstance(found, ast.ClassDef):
        constructor = next(_named(found.body, ["__init__"]), None)
        if isinstance(constructor, ast.FunctionDef):
            return _signature(constructor, without_first=True)
        return Signature() if _derives_from_module_alone(found) else None
    return _signature(found, without_first=False) if isinstance(found, ast.FunctionDef) else None


def _named(body: list[ast.stmt], path: list[str]) -> Iterator[ast.stmt]:
    """The definitions of that path, in whichever branch of a guard; those that are nested in other functions not."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            if statement.name == path[0]:
                if len(path) == 1:
                    yield statement
                else:
                    yield from _named(statement.body, path[1:])
        else:
            for field in ("body", "orelse", "handlers", "finalbody"):
                for inner in getattr(statement, field, []):
                    yield from _named(inner.body if isinstance(inner, ast.ExceptHandler) else [inner], path)


def _derives_from_module_alone(of: ast.ClassDef) -> bool:
    return [ast.unparse(base).rpartition(".")[2] for base in of.bases] == ["Module"] and not of.keywords


def _signature(function: ast.FunctionDef, *, without_first: bool) -> Signature:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    parameters = [
        *(_parameter(one, default, False) for one, default in zip(positional, defaults, strict=True)),
        *(_parameter(one, default, True) for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)),
    ]
    return Signature(tuple(parameters[without_first:]), bool(given.vararg or given.kwarg))


def _parameter(argument: ast.arg, default: ast.expr | None, is_keyword_only: bool) -> Parameter:
    value = Missing(True) if default is None else _literal(default)
    kind = _kind(argument.annotation)
    if argument.annotation is None and isinstance(value, (bool, int, float, str)):
        kind = type(value).__name__
    return Parameter(argument.arg, kind, value, is_keyword_only)


def _literal(node: ast.expr) -> Simple | Missing:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return Missing(False)
    return value if value is None or isinstance(value, (bool, int, float, str)) else Missing(False)


def _kind(annotation: ast.expr | None) -> str:
    """The simple type that the annotation allows, if one beside None."""
    if annotation is None:
        return ""
    text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    parts = {part.strip() for part in str(text).removeprefix("Optional[").removesuffix("]").split("|")} - {"None"}
    return next(iter(parts)) if len(parts) == 1 and parts <= {"int", "bool", "float", "str"} else ""
