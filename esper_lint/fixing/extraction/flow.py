"""A function -> for each of its statements what is live after it, what is surely bound before it, and what an exception
in it makes live: the facts from which the interface of a run of statements follows.

Liveness is the backward analysis of Aho, Lam, Sethi and Ullman (Compilers, section 9.2.5) on the structured tree; it
may say too much, never too little.  Sure bindings are the forward one, and may say too little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from esper_lint.discovery.streams import parameter_names
from esper_lint.fixing.extraction.module_names import bound_by, bound_in, pattern_names

Function = ast.FunctionDef | ast.AsyncFunctionDef
Names = frozenset[str]

_NONE: Names = frozenset()
_PASSING = frozenset(
    (
        *("autocast", "device", "enable_grad", "inference_mode", "no_grad", "record_function", "sdp_kernel"),
        *("sdpa_kernel", "set_grad_enabled", "stream"),
    )
)
_SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class _Exits:
    """What is live where a statement may jump to: after the loop, at its head, in the handlers around."""

    after_loop: Names = _NONE
    loop_head: Names = _NONE
    handlers: Names = _NONE


@dataclass
class Flow:
    """The facts of one function.  Statements are looked up by identity."""

    function: Function
    _live_after: dict[ast.stmt, Names] = field(default_factory=dict)
    _sure_before: dict[ast.stmt, Names] = field(default_factory=dict)
    _raised: dict[ast.stmt, Names] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._live(self.function.body, _NONE, _Exits(), record=True)
        self._sure(self.function.body, frozenset(parameter_names(self.function.args)))

    def live_after(self, statement: ast.stmt) -> Names:
        return self._live_after[statement]

    def sure_before(self, statement: ast.stmt) -> Names | None:
        """None for a statement that is never reached."""
        return self._sure_before.get(statement)

    def live_in_handlers(self, statement: ast.stmt) -> Names:
        """What the handlers and the final block around a statement may read when it raises."""
        return self._raised[statement]

    def exposed(self, run: Sequence[ast.stmt]) -> Names:
        """What a run may read before it has bound it itself."""
        return self._live(run, _NONE, _Exits(), record=False)

    def surely_bound(self, run: Sequence[ast.stmt], before: Names) -> Names | None:
        """What is bound once a run has ended; None if it never reaches its end."""
        return self._sure(run, before, record=False)

    # -- liveness ------------------------------------------------------------------------------------------------

    def _live(self, block: Sequence[ast.stmt], after: Names, exits: _Exits, *, record: bool) -> Names:
        for statement in reversed(block):
            if record:
                self._live_after[statement] = self._live_after.get(statement, _NONE) | after
                self._raised[statement] = self._raised.get(statement, _NONE) | exits.handlers
            after = self._live_before(statement, after, exits, record=record) | exits.handlers
        return after

    def _live_before(self, one: ast.stmt, after: Names, exits: _Exits, *, record: bool) -> Names:
        if isinstance(one, ast.If):
            body = self._live(one.body, after, exits, record=record)
            return reads(one.test) | body | self._live(one.orelse, after, exits, record=record)
        if isinstance(one, (ast.For, ast.AsyncFor, ast.While)):
            return self._live_before_loop(one, after, exits, record=record)
        if isinstance(one, (ast.With, ast.AsyncWith)):
            within = exits
            if not all(_lets_exceptions_pass(item.context_expr) for item in one.items):
                within = _Exits(exits.after_loop, exits.loop_head, exits.handlers | after)
            inner = self._live(one.body, after, within, record=record)
            return (inner - _entered(one)) | frozenset().union(*(reads(item) for item in one.items))
        if isinstance(one, ast.Try) or type(one).__name__ == "TryStar":
            return self._live_before_try(one, after, exits, record=record)  # type: ignore[arg-type]
        if isinstance(one, ast.Match):
            live = reads(one.subject) | (_NONE if _is_exhaustive(one) else after)
            for case in one.cases:
                inner = self._live(case.body, after, exits, record=record)
                bound = {name for name, _ in pattern_names(case.pattern)}
                guard = reads(case.guard) if case.guard else _NONE
                live |= ((inner | guard) - bound) | reads(case.pattern)
            return live
        if isinstance(one, ast.Break):
            return exits.after_loop
        if isinstance(one, ast.Continue):
            return exits.loop_head
        if isinstance(one, (ast.Return, ast.Raise)):
            return reads(one)
        return reads(one) | (after - writes(one))

    def _live_before_loop(
        self, one: ast.For | ast.AsyncFor | ast.While, after: Names, exits: _Exits, *, record: bool
    ) -> Names:
        orelse = self._live(one.orelse, after, exits, record=record)
        bound = _NONE if isinstance(one, ast.While) else frozenset(name for name, _ in bound_in(one.target))
        tested = reads(one.test) if isinstance(one, ast.While) else reads(one.target)
        head = orelse | tested
        while True:
            inner = self._live(one.body, head, _Exits(after, head, exits.handlers), record=record)
            wider = head | (inner - bound)
            if wider == head:
                return head if isinstance(one, ast.While) else head | reads(one.iter)
            head = wider

    def _live_before_try(self, one: ast.Try, after: Names, exits: _Exits, *, record: bool) -> Names:
        final = self._live(one.finalbody, after | exits.handlers, exits, record=record) if one.finalbody else after
        leaving = _Exits(
            exits.after_loop | (final if one.finalbody else _NONE),
            exits.loop_head | (final if one.finalbody else _NONE),
            exits.handlers | (final if one.finalbody else _NONE),
        )
        caught = leaving.handlers
        for handler in one.handlers:
            inner = self._live(handler.body, final, leaving, record=record)
            caught |= (inner - {handler.name or ""}) | (reads(handler.type) if handler.type else _NONE)
        orelse = self._live(one.orelse, final, leaving, record=record) if one.orelse else final
        within = _Exits(leaving.after_loop, leaving.loop_head, caught)
        return self._live(one.body, orelse, within, record=record) | caught

    # -- sure bindings -------------------------------------------------------------------------------------------

    def _sure(self, block: Sequence[ast.stmt], before: Names, *, record: bool = True) -> Names | None:
        now: Names | None = before
        for statement in block:
            if now is None:
                return None
            if record:
                self._sure_before[statement] = now
            now = self._sure_after(statement, now, record=record)
        return now

    def _sure_after(self, one: ast.stmt, now: Names, *, record: bool) -> Names | None:
        if isinstance(one, ast.If):
            sides = [self._sure(one.body, now, record=record), self._sure(one.orelse, now, record=record)]
            return _met(sides)
        if isinstance(one, (ast.For, ast.AsyncFor, ast.While)):
            bound = _NONE if isinstance(one, ast.While) else frozenset(name for name, _ in bound_in(one.target))
            kept = now - _deleted(one.body)  # the body may have run, or not
            self._sure(one.body, kept | bound, record=record)
            self._sure(one.orelse, kept, record=record)
            return kept - _deleted(one.orelse)
        if isinstance(one, (ast.With, ast.AsyncWith)):
            targets = [item.optional_vars for item in one.items if item.optional_vars]
            bound = frozenset(name for target in targets for name, _ in bound_in(target))
            found = self._sure(one.body, now | bound, record=record)
            # Swallowed exceptions end the block early.
            passes = all(_lets_exceptions_pass(item.context_expr) for item in one.items)
            return found if passes else (now | _entered(one)) - _deleted(one.body)
        if isinstance(one, ast.Try) or type(one).__name__ == "TryStar":
            return self._sure_after_try(one, now, record=record)  # type: ignore[arg-type]
        if isinstance(one, ast.Match):
            sides = [
                self._sure(case.body, now | {name for name, _ in pattern_names(case.pattern)}, record=record)
                for case in one.cases
            ]
            return _met(sides if _is_exhaustive(one) else [*sides, now])
        if isinstance(one, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return None
        if isinstance(one, ast.Delete):
            return now - _deleted([one])
        return now | writes(one)

    def _sure_after_try(self, one: ast.Try, now: Names, *, record: bool) -> Names | None:
        kept = now - _deleted(one.body)
        body = self._sure(one.body, now, record=record)
        ended = None if body is None else self._sure(one.orelse, body, record=record)
        sides = [ended]
        for handler in one.handlers:
            bound = {handler.name} if handler.name else set()
            inner = self._sure(handler.body, kept | bound, record=record)
            sides.append(None if inner is None else inner - bound)
        outcome = _met(sides)
        final = self._sure(one.finalbody, kept, record=record)
        if final is None or outcome is None:
            return None
        return (outcome - _deleted(one.finalbody)) | (final - kept)


@lru_cache(maxsize=8192)
def reads(node: ast.AST) -> Names:
    """The names that a statement, not those in it, or an expression may read from the scope around it.

    What nested functions, lambdas and classes read counts, whenever they may be called.
    """
    return frozenset(_reads(node))


@lru_cache(maxsize=8192)
def writes(statement: ast.stmt) -> Names:
    """The names that a simple statement binds."""
    return frozenset(name for name, _ in bound_by(statement)) - _deleted([statement])


def bound_within(block: Iterable[ast.stmt]) -> Names:
    """The names that any statement of a block, nested ones included, binds or deletes in the block's scope."""
    return frozenset(name for statement in block for name in _bound_within(statement))


def statements_of(block: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a block and of the blocks in it, but not of other scopes."""
    for statement in block:
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for inner in blocks_of(statement):
                yield from statements_of(inner)


def blocks_of(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """The blocks that a compound statement consists of."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _bound_within(statement: ast.stmt) -> Iterator[str]:
    yield from (name for name, _ in bound_by(statement))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for handler in getattr(statement, "handlers", ()):
        if handler.name:
            yield handler.name
    for case in getattr(statement, "cases", ()):
        yield from (name for name, _ in pattern_names(case.pattern))
    for block in blocks_of(statement):
        for inner in block:
            yield from _bound_within(inner)


def _reads(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Store):
            yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        own = set(parameter_names(node.args))
        body = node.body if isinstance(node.body, list) else [node.body]
        if not isinstance(node, ast.Lambda):
            own |= bound_within(node.body)
        inside = {name for part in body for name in _reads_deep(part)}
        yield from inside - own
        for default in (*node.args.defaults, *(one for one in node.args.kw_defaults if one)):
            yield from _reads(default)
        for decorator in getattr(node, "decorator_list", ()):
            yield from _reads(decorator)
    elif isinstance(node, ast.ClassDef):
        yield from _reads_deep(node)
    elif isinstance(node, _SCOPES):
        own = {name for generator in node.generators for name, _ in bound_in(generator.target)}
        yield from {name for child in ast.iter_child_nodes(node) for name in _reads(child)} - own
        yield from _reads(node.generators[0].iter)
    elif isinstance(node, ast.AugAssign):
        yield from _reads(node.value)
        yield from {node.target.id} if isinstance(node.target, ast.Name) else _reads(node.target)
    elif isinstance(node, ast.AnnAssign):
        yield from _reads(node.target)
        if node.value is not None:
            yield from _reads(node.value)
    else:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)) or isinstance(node, ast.Try):
                yield from _reads(child)


def _reads_deep(node: ast.AST) -> Iterator[str]:
    """Whatever is read anywhere inside, whichever scope it belongs to."""
    yield from (
        inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Store)
    )


def _deleted(block: Iterable[ast.stmt]) -> Names:
    """The names that a block may unbind: by ``del``, and those of handlers, which end with that."""
    found: set[str] = set()
    for statement in statements_of(block):
        if isinstance(statement, ast.Delete):
            found |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        found |= {one.name for one in getattr(statement, "handlers", ()) if one.name}
    return frozenset(found)


def _is_exhaustive(one: ast.Match) -> bool:
    """Whether the last case takes whatever comes."""
    last = one.cases[-1]
    return last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None


def _met(sides: Sequence[Names | None]) -> Names | None:
    """What is bound on every way that comes through; None if none does."""
    coming = [side for side in sides if side is not None]
    return frozenset.intersection(*coming) if coming else None


def _entered(one: ast.With | ast.AsyncWith) -> Names:
    """The names that a ``with`` surely binds: a manager may swallow what those after it, or its own targets, raise."""
    found: set[str] = set()
    for item in one.items:
        passes = _lets_exceptions_pass(item.context_expr)
        if item.optional_vars is not None and (passes or isinstance(item.optional_vars, ast.Name)):
            found |= {name for name, _ in bound_in(item.optional_vars)}
        if not passes:
            break
    return frozenset(found)


def _lets_exceptions_pass(context: ast.expr) -> bool:
    """Whether a context manager is known not to end its block quietly at an exception, as those of torch are."""
    if not isinstance(context, ast.Call) or not isinstance(context.func, ast.Attribute):
        return False
    root: ast.expr = context.func
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id == "torch" and context.func.attr in _PASSING
