"""What is live, surely bound or read first, at the statements of a function."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from esper_lint.fixing.certificate.evaluation import Evaluation, Targets
from esper_lint.fixing.certificate.graph import Event
from esper_lint.fixing.certificate.managers import lets_exceptions_pass
from esper_lint.fixing.certificate.scopes import Scope

if sys.version_info >= (3, 11):
    _Try = ast.Try | ast.TryStar
else:
    _Try = ast.Try


class Flow(Evaluation):
    """The flow through statements of one function.

    Every way that control can take is a way in the graph; some ways in the graph cannot be taken, so what is said to be
    live may not be, and what is said to be surely bound is. ``bound`` are names bound on entry; ``reads`` adds reads of
    names in front of statements, which are given by their ids.
    """

    def __init__(
        self,
        statements: Sequence[ast.stmt],
        scope: Scope,
        bound: Iterable[str] = (),
        reads: Mapping[int, Iterable[str]] | None = None,
    ) -> None:
        super().__init__(scope)
        self._bound_at_start, self._reads, self._scope = frozenset(bound), reads or {}, scope
        self._start = self.here()
        # A statement of a ``finally`` stands in the graph more than once.
        self._enters: dict[int, list[int]] = defaultdict(list)
        self._leaves: dict[int, list[int]] = defaultdict(list)
        self._exits: dict[int, list[int]] = defaultdict(list)
        self._body(statements)
        self._end = self.here()
        self.goto(0)

    # -- questions --------------------------------------------------------------------------------------------------

    @property
    def falls_through(self) -> bool:
        """Whether the end of the statements may be reached."""
        return self._end in self._reached

    @property
    def bound(self) -> set[str]:
        """Every name that is bound somewhere."""
        return {name for event, name in self._events if event is Event.BIND}

    @property
    def deleted(self) -> set[str]:
        return {name for event, name in self._events if event is Event.UNBIND}

    def live_after(self, statement: ast.stmt) -> set[str]:
        return self._live_at(self._leaves[id(statement)])

    def live_on_exit(self, statement: ast.stmt) -> set[str]:
        """What is read where an exception in the statement, or a return from it, leads to in this function."""
        return self._live_at(self._exits[id(statement)])

    def surely_bound_before(self, statement: ast.stmt) -> set[str]:
        found = -1
        for node in self._enters[id(statement)]:
            found &= self._sure[node]
        return self.graph.names_in(found)

    def may_be_bound_before(self, name: str, statement: ast.stmt) -> bool:
        """Whether some way leads from where the name is bound to the statement, also if it is unbound on it again."""
        if name in self._bound_at_start:
            return True
        entries = set(self._enters[id(statement)])
        binding = (node for node, event in enumerate(self._events) if event == (Event.BIND, name))
        return any(not entries.isdisjoint(self.graph.reached(node)) for node in binding)

    def _live_at(self, nodes: Iterable[int]) -> set[str]:
        return {name for node in nodes for name in self.graph.names_in(self._live[node])}

    def first_reads(self) -> set[str]:
        """Names that may be read without having surely been bound before, here or on entry."""
        reads = ((node, self.graph.names[node]) for node in self._reached if self.graph.events[node] in _READING)
        return {name for node, name in reads if not self._sure[node] & self.graph.bit(name)}

    def is_read_at_once(self, name: str) -> bool:
        """Whether nothing else is done before the first read of the name, whatever way control takes."""
        waiting, seen = [self._start], {self._start}
        while waiting:
            node = waiting.pop()
            event = self.graph.events[node]
            if event is Event.READ and self.graph.names[node] == name:
                continue
            if node == 0 or event in (Event.WORK, Event.UNBIND):
                return False
            fresh = [after for after in self.graph.follows[node] if after not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return True

    def may_raise_after_binding(self, name: str) -> bool:
        """Whether something can still fail once the name has been bound."""
        for node in self._reached:
            if self.graph.events[node] is Event.BIND and self.graph.names[node] == name:
                later = (after for start in self.graph.follows[node] for after in self.graph.reached(start))
                if any(self.graph.raises_to[after] is not None for after in later):
                    return True
        return False

    @cached_property
    def _events(self) -> list[tuple[Event, str]]:
        return list(zip(self.graph.events, self.graph.names, strict=True))

    @cached_property
    def _reached(self) -> set[int]:
        return self.graph.reached(self._start)

    @cached_property
    def _live(self) -> list[int]:
        return self.graph.live()

    @cached_property
    def _sure(self) -> list[int]:
        return self.graph.surely_bound(self._start, self._bound_at_start)

    # -- statements -------------------------------------------------------------------------------------------------

    def _body(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._enters[id(statement)].append(self.here())
            self._exits[id(statement)].append(self._ways_out())
            for name in self._reads.get(id(statement), ()):
                self.read(name, self._scope)
            self._statement(statement)
            self._leaves[id(statement)].append(self.here())

    def _ways_out(self) -> int:
        node = self.graph.add()
        for target in (self.targets.raises, self.targets.returns):
            self.graph.connect(node, target)
        return node

    def _value(self, node: ast.AST | None) -> None:
        self.value(node, self._scope)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=value):
                self._value(value)
            case ast.Assign(targets=targets, value=value):
                self._value(value)
                for target in targets:
                    self.store(target, self._scope)
            case ast.AugAssign(target=target, value=value):
                self._value(target)
                self._value(value)
                self.work()
                if isinstance(target, ast.Name):
                    self.store(target, self._scope)
            case ast.AnnAssign(target=target, value=value):
                self._value(value)
                if value is not None or not isinstance(target, ast.Name):
                    self.store(target, self._scope)
            case ast.Return(value=value):
                self._value(value)
                self.goto(self.targets.returns)
            case ast.Raise(exc=exc, cause=cause):
                self._value(exc)
                self._value(cause)
                self.work()
                self.goto(self.targets.raises)
            case ast.Break():
                self.goto(self.targets.breaks)
            case ast.Continue():
                self.goto(self.targets.continues)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._delete(target)
            case ast.Assert(test=test, msg=msg):
                skipped = self._at if _assigns(test) else None  # under ``python -O`` all of it is
                self._value(test)
                self.work()
                passed = self._at
                self._value(msg)
                self.work()
                self.goto(self.targets.raises)
                self.resume(skipped, passed)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    self.work()
                    self.bind(alias.asname or alias.name.partition(".")[0], self._scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.definition(node, self._scope)
            case ast.If(test=test, body=body, orelse=orelse):
                self._value(test)
                self.work()
                start = self._at
                self._body(body)
                end, self._at = self._at, start
                self._body(orelse)
                self.resume(end, self._at)
            case ast.For() | ast.AsyncFor() | ast.While():
                self._loop(node)
            case ast.With() | ast.AsyncWith():
                self._with(node)
            case ast.Match():
                self._match(node)
            case ast.Pass() | ast.Global() | ast.Nonlocal():
                pass
            case _ if isinstance(node, _Try):
                self._try(node)
            case _:  # a type alias
                name = getattr(node, "name", None)
                if isinstance(name, ast.Name):
                    self.store(name, self._scope)

    def _delete(self, target: ast.expr) -> None:
        match target:
            case ast.Name(id=name):
                self.bind(name, self._scope, Event.UNBIND)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._delete(part)
            case _:
                self.store(target, self._scope)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        endless = False
        if isinstance(node, ast.While):
            head = self.here()
            self._value(node.test)
            endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        else:
            self._value(node.iter)
            self.work()
            head = self.here()
        self.work()
        exhausted = None if endless else self._at
        after = self.graph.add()
        if not isinstance(node, ast.While):
            self.store(node.target, self._scope)
        outer, self.targets = self.targets, self.aimed(breaks=after, continues=head)
        self._body(node.body)
        self.goto(head)
        self.targets = outer
        self._at = exhausted
        self._body(node.orelse)
        self.goto(after)
        self._at = after

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        """The manager may swallow an exception, and then control goes on after the statement."""
        outer, swallowed, after = self.targets, self.graph.add(), self.graph.add()
        for item in node.items:
            self._value(item.context_expr)
            self.work()
            if not lets_exceptions_pass(item.context_expr, self._scope):
                self.targets = self.aimed(raises=swallowed)
            if item.optional_vars is not None:
                self.store(item.optional_vars, self._scope)
        self._body(node.body)
        self.targets = outer
        self.work()
        self.goto(after)
        self.graph.connect(swallowed, after)
        self.graph.connect(swallowed, outer.raises)
        self._at = after

    def _match(self, node: ast.Match) -> None:
        self._value(node.subject)
        ends: list[int | None] = []
        for case in node.cases:
            self.work()
            failed = [self._at]
            self._pattern(case.pattern)
            if case.guard is not None:
                self._value(case.guard)
                self.work()
                failed.append(self._at)
            elif _always_matches(case.pattern):
                failed = []
            self._body(case.body)
            ends.append(self._at)
            if not failed:
                self._at = None
                break
            self.resume(*failed)
        self.resume(*ends, self._at)

    def _pattern(self, pattern: ast.pattern) -> None:
        inner: list[ast.AST] = list(ast.walk(pattern))
        for part in inner:
            if isinstance(part, ast.expr):
                self._value(part)
        self.work()
        for part in inner:
            name = getattr(part, "rest" if isinstance(part, ast.MatchMapping) else "name", None)
            if isinstance(name, str):
                self.bind(name, self._scope)

    def _try(self, node: _Try) -> None:
        outer = self.targets
        final: int | None = None
        ways: list[tuple[int, int]] = []
        if node.finalbody:
            final = self.graph.add()
            ways = [(self.graph.add(), target) for target in _each(outer)]
            for way, _ in ways:
                self.graph.connect(way, final)
            self.targets = Targets(*(way for way, _ in ways))
        guarded = self.targets
        if node.handlers:
            dispatch = self.graph.add()
            self.targets = self.aimed(raises=dispatch)
            self._body(node.body)
            self.targets = guarded
            self._body(node.orelse)
            ends = [self._at, *self._handled(node.handlers, dispatch)]
        else:
            self._body(node.body)
            ends = [self._at]
        self.targets = outer
        self.resume(*ends)
        if final is not None:
            self._finally(node.finalbody, final, ways)

    def _finally(self, body: Sequence[ast.stmt], final: int, ways: Sequence[tuple[int, int]]) -> None:
        """The body twice: where the statements before it have ended, and where control jumps out of them."""
        ended, self._at = self._at, final
        taken = self.graph.reached(self._start).intersection(way for way, _ in ways)
        if taken:
            self._body(body)
        for way, target in ways:
            if way in taken:
                self._join(self._at, target)
        self._at = ended
        self._body(body)

    def _handled(self, handlers: Sequence[ast.ExceptHandler], dispatch: int) -> list[int | None]:
        """The ends of the handlers. The name of an exception is gone on every way out of its handler."""
        ends: list[int | None] = []
        outer = self.targets
        self._at = dispatch
        for handler in handlers:
            self._value(handler.type)
            self.work()
            unmatched = self._at
            if handler.name is not None:
                self.bind(handler.name, self._scope)
                drops = []
                for target in _each(outer):
                    drops.append(self.graph.add(Event.DROP, handler.name))
                    self.graph.connect(drops[-1], target)
                self.targets = Targets(*drops)
            self._body(handler.body)
            self.targets = outer
            if handler.name is not None:
                self.bind(handler.name, self._scope, Event.DROP)
            ends.append(self._at)
            self._at = unmatched
        self.goto(outer.raises)
        return ends


_READING = frozenset({Event.READ, Event.UNBIND})


def _each(targets: Targets) -> tuple[int, int, int, int]:
    return targets.raises, targets.returns, targets.breaks, targets.continues


def _assigns(test: ast.expr) -> bool:
    return any(isinstance(node, ast.NamedExpr) for node in ast.walk(test))


def _always_matches(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None
