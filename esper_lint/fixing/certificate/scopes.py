"""Which name means which variable: the scopes of Python, from the syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from esper_lint.fixing.certificate.source import Definition

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Binding(NamedTuple):
    """A place that binds or deletes a name; in a loop of its scope, and inside a compound statement of it."""

    node: ast.AST
    looped: bool
    nested: bool


class Symbol(NamedTuple):
    """A variable; those of the module and the builtins have no scope."""

    scope: Scope | None
    name: str


class Scope:
    """A scope with the names that it binds. ``node`` has the names of a module, function, class or comprehension; type
    parameters are a scope around it."""

    def __init__(self, node: ast.AST, parent: Scope | None, names: _Names) -> None:
        self.node, self.parent = node, parent
        self.bound, self.stars = names.bound, names.stars
        self._global, self._nonlocal = frozenset(names.declared_global), frozenset(names.declared_nonlocal)
        self._children: dict[int, Scope] = {}

    @classmethod
    def of_function(cls, node: ast.FunctionDef, parent: Scope) -> Scope:
        """The scope of a function that stands where one of ``parent`` stood."""
        return cls(node, parent, _names_of(node))

    @classmethod
    def of_class_body(cls, statements: list[ast.stmt]) -> Scope:
        """A scope without a place, for the names that these statements bind."""
        names = _Names()
        for statement in statements:
            names.visit(statement)
        return cls(ast.Module(statements, []), None, names)

    def around(self) -> Iterator[Scope]:
        """The scopes that this one lies in."""
        scope = self.parent
        while scope is not None:
            yield scope
            scope = scope.parent

    def child(self, node: ast.AST) -> Scope:
        """The scope that a function, lambda, class or comprehension directly in this one opens."""
        found = self._children.get(id(node))
        if found is None:
            parent = self
            parameters = getattr(node, "type_params", None)
            if parameters:
                names = _Names()
                for parameter in parameters:
                    names.bind(parameter.name, parameter)
                parent = Scope(parameters[0], self, names)
            found = self._children[id(node)] = Scope(node, parent, _names_of(node))
        return found

    def resolve(self, name: str) -> Symbol:
        """What a name that is read or bound here means."""
        scope: Scope | None = self
        while scope is not None and scope.parent is not None:
            if scope is self or not isinstance(scope.node, ast.ClassDef):
                if name in scope._global:
                    break
                if name in scope.bound and name not in scope._nonlocal:
                    return Symbol(scope, name)
            scope = scope.parent
        return Symbol(None, name)

    def times_bound(self, name: str) -> int:
        return len(self.bound.get(name, ()))


def module_scope(tree: ast.Module) -> Scope:
    return Scope(tree, None, _names_of(tree))


def occurrences(nodes: Iterable[ast.AST], scope: Scope) -> Iterator[tuple[ast.Name, Scope]]:
    """Every name in this code, with the scope that it is looked up in; annotations of variables are not code."""
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node, scope
        for inner, inner_scope in parts(node, scope):
            yield from occurrences((inner,), inner_scope)


def parts(node: ast.AST, scope: Scope) -> list[tuple[ast.AST, Scope]]:
    """The children of a node, each with the scope that it is evaluated in, without annotations of variables."""
    if isinstance(node, Comprehension):
        inner = scope.child(node)
        first, *others = node.generators
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return [
            (first.iter, scope),
            (first.target, inner),
            *((test, inner) for test in first.ifs),
            *((generator, inner) for generator in others),
            *((element, inner) for element in elements),
        ]
    if isinstance(node, ast.Lambda):
        return [*((default, scope) for default in outside(node)), (node.body, scope.child(node))]
    if isinstance(node, Definition):
        inner = scope.child(node)
        return [*((part, scope) for part in outside(node)), *((statement, inner) for statement in node.body)]
    if isinstance(node, ast.AnnAssign):
        return [(part, scope) for part in (node.value, node.target) if part is not None]
    return [(part, scope) for part in ast.iter_child_nodes(node)]


def outside(node: Function | Definition) -> list[ast.expr]:
    """What is evaluated where a function or class is made, in the scope around it."""
    found: list[ast.expr] = []
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
    if not isinstance(node, ast.Lambda):
        found.extend(node.decorator_list)
    found.extend(default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None)
    if not isinstance(node, ast.Lambda):
        found.extend(arg.annotation for arg in all_arguments(node.args) if arg.annotation is not None)
        if node.returns is not None:
            found.append(node.returns)
    return found


def all_arguments(args: ast.arguments) -> list[ast.arg]:
    stars = [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *stars]


class _Names:
    """Collects what one scope binds."""

    def __init__(self) -> None:
        self.bound: dict[str, list[Binding]] = {}
        self.declared_global: set[str] = set()
        self.declared_nonlocal: set[str] = set()
        self.stars: list[ast.ImportFrom] = []
        self._looped = self._nested = False

    def bind(self, name: str, node: ast.AST) -> None:
        self.bound.setdefault(name, []).append(Binding(node, self._looped, self._nested))

    def visit(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                self.bind(name, node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.bind(node.name, node)
                self._all(outside(node))
            case ast.Lambda():
                self._all(outside(node))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self.visit(node.generators[0].iter)
                for inner in _assigned_through(node):
                    self.bound.setdefault(inner.id, []).append(Binding(inner, True, True))
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    if alias.name == "*" and isinstance(node, ast.ImportFrom):
                        self.stars.append(node)
                    else:
                        self.bind(alias.asname or alias.name.partition(".")[0], alias)
            case ast.Global():
                self.declared_global.update(node.names)
            case ast.Nonlocal():
                self.declared_nonlocal.update(node.names)
            case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
                if name is not None:
                    self.bind(name, node)
                self._children(node)
            case ast.MatchMapping(rest=name):
                if name is not None:
                    self.bind(name, node)
                self._children(node)
            case _:
                self._children(node)

    def _children(self, node: ast.AST) -> None:
        before = self._looped, self._nested
        if isinstance(node, ast.Match) or (isinstance(node, ast.stmt) and hasattr(node, "body")):
            self._nested = True
            self._looped = self._looped or isinstance(node, _LOOPS)
        self._all(ast.iter_child_nodes(node))
        self._looped, self._nested = before

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def _names_of(node: ast.AST) -> _Names:
    names = _Names()
    if isinstance(node, Comprehension):
        for generator in node.generators:
            for inner in ast.walk(generator.target):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    names.bind(inner.id, inner)
        return names
    if isinstance(node, Function):
        for arg in all_arguments(node.args):
            names.bind(arg.arg, arg)
    for statement in [node.body] if isinstance(node, ast.Lambda) else getattr(node, "body", []):
        names.visit(statement)
    return names


def _assigned_through(node: Comprehension) -> Iterator[ast.Name]:
    """Targets of ``:=`` in a comprehension: they belong to the function around it."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.NamedExpr):
            yield inner.target
        if isinstance(inner, ast.Lambda):
            waiting.extend(outside(inner))
        else:
            waiting.extend(ast.iter_child_nodes(inner))
