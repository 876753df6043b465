"""Annotations of a helper: what they do when the module is imported must not fail and must not be seen."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esper_lint.fixing.certificate.equality import same
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.scopes import Scope, all_arguments
from esper_lint.fixing.certificate.source import Source

_TYPING = frozenset({"collections.abc", "typing", "typing_extensions"})
_GENERIC = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})
_KNOWN_ATTRIBUTES = frozenset({"torch.Tensor", "torch.nn.Module", "nn.Module"})


def check_signature(node: ast.FunctionDef, position: int, before: Source | None, after: Source, scope: Scope) -> None:
    """Raises ``Objection`` where an annotation may not be evaluated where the helper is defined.

    ``position`` is that of the helper in its module after, ``scope`` the module's after.
    """
    if postponed(after.tree):
        return
    place = _Place(after.tree.body[:position], before.tree if before else None, scope)
    for annotation in _annotations(node):
        if not place.allows(annotation):
            reason = f"the annotation {ast.unparse(annotation)} may fail there"
            raise Objection("annotation", reason, annotation.lineno, after.path)


def postponed(tree: ast.Module) -> bool:
    """Whether annotations are kept as text (PEP 563)."""
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(module="__future__", level=0, names=names):
                if any(alias.name == "annotations" for alias in names):
                    return True
    return False


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    for arg in all_arguments(node.args):
        if arg.annotation is not None:
            yield arg.annotation
    if node.returns is not None:
        yield node.returns


@dataclass(frozen=True, slots=True)
class _Place:
    """Between two statements of a module: those above, the module before, and its names after."""

    above: Sequence[ast.stmt]
    before: ast.Module | None
    scope: Scope

    def allows(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=value):
                return value is None or value is ... or isinstance(value, str)
            case ast.Name(id=name):
                return self._has(name)
            case ast.Attribute(value=value):
                return self.allows(value) and (ast.unparse(node) in _KNOWN_ATTRIBUTES or self._knows(node))
            case ast.Subscript(value=ast.Name(id=name), slice=inner) if self._is_generic(name) and self.allows(inner):
                return True
            case ast.Tuple(elts=parts):
                return all(map(self.allows, parts))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return not any(_is_text(part) for part in (left, right)) and self.allows(left) and self.allows(right)
            case ast.Subscript():
                calls = any(isinstance(part, (ast.Call, ast.NamedExpr)) for part in ast.walk(node))
                names = (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
                return not calls and self._knows(node) and all(map(self._has, names))
        return False

    def _has(self, name: str) -> bool:
        return is_bound_above(name, self.above, self.scope)

    def _is_generic(self, name: str) -> bool:
        if name in _GENERIC and name not in self.scope.bound:
            return True
        imported = {
            id(alias)
            for statement in self.above
            if isinstance(statement, ast.ImportFrom) and statement.module in _TYPING and not statement.level
            for alias in statement.names
        }
        return {id(binding.node) for binding in self.scope.bound.get(name, ())} <= imported and self._has(name)

    def _knows(self, node: ast.expr) -> bool:
        """Whether to import the file before evaluates the expression, on every way, as part of an annotation."""
        if self.before is None:
            return False
        return any(same(node, part) for other in _evaluated(self.before.body) for part in ast.walk(other))


def _evaluated(body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    """The annotations that these statements evaluate on every way through them."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _annotations(statement)
        elif isinstance(statement, ast.ClassDef):
            yield from _evaluated(statement.body)
        elif isinstance(statement, ast.AnnAssign):
            yield statement.annotation


def is_bound_above(name: str, above: Sequence[ast.stmt], module: Scope) -> bool:
    """Whether a name is a builtin, or surely bound by these statements of the module."""
    bindings = module.bound.get(name)
    if not bindings:
        return hasattr(builtins, name)
    here = {id(node) for statement in above for node in _binders(statement)}
    return not any(binding.nested for binding in bindings) and any(id(binding.node) in here for binding in bindings)


def _binders(statement: ast.stmt) -> list[ast.AST]:
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [*names]
        case ast.Assign(targets=targets):
            return [*targets]
    return [statement]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
