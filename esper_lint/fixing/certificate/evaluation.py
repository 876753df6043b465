"""The order in which an expression reads, binds and does things, as nodes of a graph."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from esper_lint.fixing.certificate.closures import Closure, captured, consumed
from esper_lint.fixing.certificate.graph import Event, Graph
from esper_lint.fixing.certificate.scopes import Comprehension, Scope, outside
from esper_lint.fixing.certificate.source import Definition


@dataclass(frozen=True, slots=True)
class Targets:
    """Where control goes from here by each kind of jump; 0 is the end of the function."""

    raises: int = 0
    returns: int = 0
    breaks: int = 0
    continues: int = 0


class Evaluation:
    """Appends the events of expressions to a graph. Only variables of ``owner`` are followed."""

    def __init__(self, owner: Scope) -> None:
        self.graph = Graph()
        self.targets = Targets()
        self._owner = owner
        self._at: int | None = self.graph.add()
        self._dead: set[int] = set()  # no way leads there

    # -- the place where the next event goes ------------------------------------------------------------------------

    def here(self) -> int:
        """A node that control reaches now; without a way to it after a jump."""
        node = self.graph.add()
        self._follow(node)
        return node

    def goto(self, node: int) -> None:
        self._join(self._at, node)
        self._at = None

    def resume(self, *ends: int | None) -> None:
        """Goes on where all of these come together."""
        node = self.graph.add()
        if not [end for end in ends if self._join(end, node)]:
            self._dead.add(node)
        self._at = node

    @property
    def is_dead(self) -> bool:
        """Whether control never gets to this place."""
        return self._at is None or self._at in self._dead

    def _emit(self, event: Event, name: str = "") -> None:
        self._follow(self.graph.add(event, name, self.targets.raises))

    def _follow(self, node: int) -> None:
        if not self._join(self._at, node):
            self._dead.add(node)
        self._at = node

    def _join(self, start: int | None, node: int) -> bool:
        if start is None or start in self._dead:
            return False
        self.graph.connect(start, node)
        return True

    def work(self) -> None:
        self._emit(Event.WORK)

    def read(self, name: str, scope: Scope) -> None:
        mine = scope.resolve(name).scope is self._owner
        self._emit(Event.READ if mine else Event.WORK, name if mine else "")

    def bind(self, name: str, scope: Scope, event: Event = Event.BIND) -> None:
        if scope.resolve(name).scope is self._owner:
            self._emit(event, name)

    def aimed(self, **targets: int) -> Targets:
        return replace(self.targets, **targets)

    # -- expressions ------------------------------------------------------------------------------------------------

    def value(self, node: ast.AST | None, scope: Scope) -> None:
        match node:
            case None | ast.Constant() | ast.expr_context() | ast.operator() | ast.unaryop() | ast.cmpop():
                return
            case ast.Name(id=name):
                self.read(name, scope)
            case ast.NamedExpr(target=target, value=value):
                self.value(value, scope)
                self.store(target, scope)
            case ast.BoolOp(values=[first, *others]):
                self._choices(first, others, scope)
            case ast.Compare(left=left, comparators=[first, *others]):
                self.value(left, scope)
                self._choices(first, others, scope)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test, scope)
                self.work()
                start = self._at
                self.value(body, scope)
                end, self._at = self._at, start
                self.value(orelse, scope)
                self.resume(end, self._at)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                self._comprehension(node, scope)
            case ast.GeneratorExp():
                self.value(node.generators[0].iter, scope)
                self.closure(node, scope)
            case ast.Lambda():
                for default in outside(node):
                    self.value(default, scope)
                self.closure(node, scope)
            case ast.Call():
                self._call(node, scope)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    self.value(key, scope)
                    self.value(value, scope)
                self.work()
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.JoinedStr(values=parts):
                for part in parts:
                    self.value(part, scope)
            case _:
                for child in ast.iter_child_nodes(node):
                    self.value(child, scope)
                self.work()

    def store(self, target: ast.expr, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                self.bind(name, scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self.work()
                for part in parts:
                    self.store(part, scope)
            case ast.Starred(value=value):
                self.store(value, scope)
            case _:
                for child in ast.iter_child_nodes(target):
                    self.value(child, scope)
                self.work()

    def closure(self, node: ast.AST, scope: Scope) -> None:
        """What it keeps hold of counts as read where it is made."""
        for name in sorted(captured(Closure(node, scope), self._owner)):
            self._emit(Event.READ, name)

    def _choices(self, first: ast.expr, others: Sequence[ast.expr], scope: Scope) -> None:
        """Operands of which the later ones may not be evaluated."""
        self.value(first, scope)
        self.work()
        ends = []
        for other in others:
            ends.append(self._at)
            self.value(other, scope)
            self.work()
        self.resume(*ends, self._at)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        eaten = consumed(node, scope)
        self.value(node.func, scope)
        for argument in node.args:
            if argument is eaten and eaten is not None:
                self._comprehension(eaten, scope)
            else:
                self.value(argument, scope)
        for keyword in node.keywords:
            self.value(keyword.value, scope)
        self.work()

    def _comprehension(self, node: Comprehension, scope: Scope) -> None:
        inner = scope.child(node)
        outer_end: int | None = None
        heads = []
        for number, generator in enumerate(node.generators):
            self.value(generator.iter, inner if number else scope)
            head = self.here()
            self.work()
            heads.append(head)
            if not number:
                outer_end = self._at
            else:
                self._join(self._at, heads[-2])
            self.store(generator.target, inner)
            for test in generator.ifs:
                self.value(test, inner)
                self.work()
                self._join(self._at, head)
        for element in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.value(element, inner)
        self.work()
        self.goto(heads[-1])
        self.resume(outer_end)

    def definition(self, node: Definition, scope: Scope) -> None:
        """A ``def`` or ``class`` statement."""
        for part in outside(node):
            self.value(part, scope)
        self.closure(node, scope)
        self.work()
        self.bind(node.name, scope)
