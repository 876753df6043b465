"""A module's syntax tree -> the names that its own scope binds, and where: what a helper may name, and what it may be
named."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

BUILTINS = frozenset(dir(builtins))

_CONDITIONAL = (ast.If, ast.Try, ast.For, ast.While)


@dataclass(frozen=True, slots=True)
class Binding:
    """A statement that binds a name in the module's scope.

    ``index`` is that of the top-level statement it lies in; ``is_guarded`` tells that it does not always run, and
    ``is_assignment`` that it is neither an import nor a definition.
    """

    index: int
    line: int
    is_guarded: bool
    is_assignment: bool


@dataclass(frozen=True, slots=True)
class ModuleNames:
    bindings: Mapping[str, Sequence[Binding]]
    used: frozenset[str]

    def is_guarded(self, name: str) -> bool:
        """Whether what the name stands for depends on a guard."""
        return any(binding.is_guarded for binding in self.bindings.get(name, ()))

    def is_value(self, name: str) -> bool:
        """Whether the name is bound once, and to a value rather than to a function, a class or a module."""
        found = self.bindings.get(name, ())
        return len(found) == 1 and found[0].is_assignment and not found[0].is_guarded

    def is_bound_before(self, name: str, index: int) -> bool:
        """Whether a definition that stands before the top-level statement ``index`` may name it in an annotation."""
        found = self.bindings.get(name, ())
        if not found:
            return name in BUILTINS
        return any(binding.index < index for binding in found) and not self.is_guarded(name)

    def is_taken(self, name: str) -> bool:
        """Whether a new global of this name could be meant by, or hide, anything that the file says already."""
        return name in self.used or name in BUILTINS


def module_names(tree: ast.Module) -> ModuleNames:
    bindings: dict[str, list[Binding]] = {}
    for index, statement in enumerate(tree.body):
        is_assignment = isinstance(statement, (ast.Assign, ast.AnnAssign))
        for name, line, is_guarded in _bound(statement, is_guarded=False):
            bindings.setdefault(name, []).append(Binding(index, line, is_guarded, is_assignment))
    return ModuleNames(bindings, frozenset(_identifiers(tree)))


def bound_by(statement: ast.stmt) -> Iterator[tuple[str, int]]:
    """The names that a statement itself binds in its scope, with lines; not those of statements inside it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name, statement.lineno
        return
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0], statement.lineno
        return
    for _, value in ast.iter_fields(statement):
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST) and not isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                yield from bound_in(node)


def bound_in(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that an expression binds in the scope around it; those of comprehensions and lambdas are their own."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, node.lineno
    elif isinstance(node, ast.Lambda):
        return
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                yield from bound_in(inner.target)
    else:
        for child in ast.iter_child_nodes(node):
            yield from bound_in(child)


def pattern_names(pattern: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a case binds."""
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name, node.lineno
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, node.lineno


def _bound(statement: ast.stmt, *, is_guarded: bool) -> Iterator[tuple[str, int, bool]]:
    for name, line in bound_by(statement):
        yield name, line, is_guarded or isinstance(statement, _CONDITIONAL)
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        declared = {name for node in ast.walk(statement) if isinstance(node, ast.Global) for name in node.names}
        for name in declared:  # bound by whoever calls it
            yield name, statement.lineno, True
        return
    if isinstance(statement, ast.ClassDef):
        return
    inside = is_guarded or isinstance(statement, _CONDITIONAL)
    for field in ("body", "orelse", "finalbody"):
        for inner in getattr(statement, field, ()):
            yield from _bound(inner, is_guarded=inside)
    for handler in getattr(statement, "handlers", ()):
        if handler.name:
            yield handler.name, handler.lineno, True
        for inner in handler.body:
            yield from _bound(inner, is_guarded=True)
    for case in getattr(statement, "cases", ()):
        for name, line in pattern_names(case.pattern):
            yield name, line, True
        for inner in case.body:
            yield from _bound(inner, is_guarded=True)


def _identifiers(tree: ast.Module) -> Iterator[str]:
    """Every name that occurs as one, attributes aside, in code or as a string that may export it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield from (node.asname or "", *node.name.split("."))
        elif isinstance(node, ast.ImportFrom):  # in a package, the import of one of its modules binds the name of that
            yield from (node.module or "").split(".")
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, ast.match_case):
            yield from (name for name, _ in pattern_names(node.pattern))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value
