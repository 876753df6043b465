"""What code keeps for later: lambdas, inner functions, and generators that are not consumed on the spot."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from esper_lint.fixing.certificate.scopes import Scope, occurrences, outside, parts
from esper_lint.fixing.certificate.source import Definition

# These run their generator to its end, or drop it, before they return; given more, some of them only compare it.
_CONSUMERS = frozenset({"all", "any", "dict", "frozenset", "list", "max", "min", "set", "sorted", "tuple"})


class Closure(NamedTuple):
    node: ast.AST
    scope: Scope  # in which it is made


def consumed(call: ast.Call, scope: Scope) -> ast.GeneratorExp | None:
    """The generator that a call consumes on the spot."""
    match call:
        case ast.Call(args=[ast.GeneratorExp() as generator, *others]):
            pass
        case _:
            return None
    match call.func:
        case ast.Name(id=name) if (name == "sum" or (name in _CONSUMERS and not others)) and _is_builtin(name, scope):
            return generator
        case ast.Attribute(value=ast.Constant(value=str() | bytes()), attr="join"):
            return generator
    return None


def closures(nodes: Iterable[ast.AST], scope: Scope) -> Iterator[Closure]:
    """Those made by this code, the outermost ones only."""
    return _closures([(node, scope) for node in nodes], None)


def _closures(items: Iterable[tuple[ast.AST, Scope]], eaten: ast.GeneratorExp | None) -> Iterator[Closure]:
    for node, scope in items:
        if is_closure(node) and node is not eaten:
            yield Closure(node, scope)
            yield from _closures([(part, scope) for part in _made_now(node)], None)
        else:
            yield from _closures(parts(node, scope), consumed(node, scope) if isinstance(node, ast.Call) else None)


def is_closure(node: ast.AST) -> bool:
    return isinstance(node, (ast.Lambda, ast.GeneratorExp, Definition))


def captured(closure: Closure, owner: Scope) -> set[str]:
    """The variables of ``owner`` that it keeps hold of."""
    node, scope = closure
    inner = scope.child(node)
    if isinstance(node, ast.GeneratorExp):
        later = [(part, within) for part, within in parts(node, scope) if part is not node.generators[0].iter]
    else:
        body = [node.body] if isinstance(node, ast.Lambda) else getattr(node, "body", [])
        later = [(part, inner) for part in body]
    symbols = (within.resolve(name.id) for part, start in later for name, within in occurrences((part,), start))
    return {symbol.name for symbol in symbols if symbol.scope is owner}


def rebound(made: Iterable[Closure], owner: Scope) -> set[str]:
    """The variables of ``owner`` that one of these may bind whenever it runs."""
    found: set[str] = set()
    for closure in made:
        is_generator = isinstance(closure.node, ast.GeneratorExp)
        for node in ast.walk(closure.node):
            if isinstance(node, ast.Nonlocal):
                found.update(node.names)
            elif is_generator and isinstance(node, ast.NamedExpr):
                found.add(node.target.id)
    return found & owner.bound.keys()


def _made_now(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.GeneratorExp):
        return [node.generators[0].iter]
    assert isinstance(node, (ast.Lambda, Definition))
    return outside(node)


def _is_builtin(name: str, scope: Scope) -> bool:
    while scope.parent is not None:
        if scope.resolve(name).scope is not None:
            return False
        scope = scope.parent
    return name not in scope.bound and not scope.stars
