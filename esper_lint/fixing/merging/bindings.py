"""What a statement of a class or of a module binds, and what it evaluates when it is run.

The body of a function runs later, so it counts for neither.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Sequence

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CONDITIONAL = (ast.If, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.Match)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound(node: ast.AST, imported: Container[str] = ()) -> Iterator[str]:
    """The names that a node binds, or deletes, in the scope that it stands in; ``*`` for those of a star import.

    Packages in ``imported`` are known: ``import torch.fx`` binds nothing new where ``import torch`` stands too.
    """
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, _COMPREHENSIONS):
        yield from (one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
    elif not isinstance(node, ast.Lambda):
        yield from _own(node, imported)
        for child in ast.iter_child_nodes(node):
            yield from bound(child, imported)


def _own(node: ast.AST, imported: Container[str]) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.Import):
        yield from (one.asname or _package(one) for one in node.names if one.asname or _package(one) not in imported)
    elif isinstance(node, ast.ImportFrom):
        yield from (one.asname or one.name for one in node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        if node.name:
            yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def is_conditional(node: ast.stmt) -> bool:
    """Whether what a statement holds may run never, or more than once."""
    return isinstance(node, _CONDITIONAL) or type(node).__name__ == "TryStar"  # which Python 3.10 does not know


def packages(body: Sequence[ast.stmt]) -> frozenset[str]:
    """The packages that a module imports by their own names, on no condition."""
    return frozenset(
        _package(alias) for one in body if isinstance(one, ast.Import) for alias in one.names if not alias.asname
    )


def _package(alias: ast.alias) -> str:
    return alias.name.partition(".")[0]


def evaluated(node: ast.AST, *, annotations: bool) -> Iterator[ast.expr]:
    """The expressions that run with a statement; ``annotations`` if the file has them evaluated."""
    if isinstance(node, FUNCTIONS):
        yield from node.decorator_list
        yield from node.args.defaults
        yield from (one for one in node.args.kw_defaults if one is not None)
        if annotations:
            yield from _annotations(node)
    elif isinstance(node, ast.AnnAssign):
        yield node.target
        if node.value is not None:
            yield node.value
        if annotations:
            yield node.annotation
    elif isinstance(node, ast.expr):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from evaluated(child, annotations=annotations)


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    arguments = node.args
    for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if one is not None and one.annotation is not None:
            yield one.annotation
    if node.returns is not None:
        yield node.returns


def names_read(expressions: Iterator[ast.expr]) -> frozenset[str]:
    """The names that they mention, those that a lambda or comprehension binds for itself included."""
    return frozenset(
        node.id for expression in expressions for node in ast.walk(expression) if isinstance(node, ast.Name)
    )


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for such a chain, else nothing."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def evaluates_annotations(body: Sequence[ast.stmt]) -> bool:
    """Whether a module does without ``from __future__ import annotations``."""
    return not any(
        isinstance(one, ast.ImportFrom)
        and one.module == "__future__"
        and any(alias.name == "annotations" for alias in one.names)
        for one in body
    )
