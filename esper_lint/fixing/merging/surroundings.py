"""What the names of a class mean where it stands, and whether they would mean it at the place of the base."""

from __future__ import annotations

import ast
import re
import symtable
from collections import defaultdict
from collections.abc import Iterable, Iterator

from esper_lint.fixing.merging.bindings import bound, dotted, evaluated, is_conditional, packages
from esper_lint.fixing.merging.outline import FunctionNode
from esper_lint.fixing.merging.source import Source
from esper_lint.fixing.merging.values import Unmergeable

# What every torch that runs has; nobody guards against its absence.
_ALWAYS_THERE = re.compile(
    r"(?:torch\.)?nn\.(?:Module|Parameter|Linear|Conv[123]d|BatchNorm[123]d|LayerNorm|GroupNorm|Dropout|Identity"
    r"|ReLU|GELU|SiLU|Sigmoid|Tanh)|torch\.(?:\w*Tensor|device|dtype|Size|b?float\d*|int\d*|long|bool|no_grad"
    r"|enable_grad|inference_mode|jit|jit\.\w+)|(?:typing|abc|functools|collections\.abc)\.\w+|collections\.abc"
)


class Surroundings:
    """The scopes around the classes of a file; the base would stand before the first of them."""

    def __init__(self, source: Source) -> None:
        self._place = min(one.top for one in source.classes)
        self._last = max(one.top for one in source.classes)
        self._bound: defaultdict[str, list[int]] = defaultdict(list)
        self._guarded: set[str] = set()
        imported: set[str] = set()
        everywhere = packages(source.tree.body)
        for top, statement in enumerate(source.tree.body):
            for name in bound(statement, imported):
                self._bound[name].append(top)
            self._guarded.update(_guarded(statement, everywhere))
            imported |= packages([statement])
        self._rebound = frozenset(
            name for node in ast.walk(source.tree) if isinstance(node, ast.Global) for name in node.names
        )
        tables = {(one.get_name(), one.get_lineno()): one for one in _functions(source.scopes)}
        self._tables = tables
        around = {node for one in source.classes for node in one.place.functions}
        self._local = frozenset(
            symbol.get_name()
            for node in around
            for symbol in tables[node.name, node.lineno].get_symbols()
            if symbol.is_local()
        )
        self._is_run_later = any(one.place.functions or one.place.is_conditional for one in source.classes)
        self._run_at_import = _chains(source) if self._is_run_later else frozenset()

    def obstacle_at_definition(
        self, expressions: Iterable[ast.expr], own: frozenset[str] = frozenset()
    ) -> Unmergeable | None:
        """Why expressions that run with a class statement would not give the same at the place of the base.

        ``own`` are names that they take from the class itself, and would still.
        """
        for expression in expressions:
            for node in ast.walk(expression):
                found = self._obstacle(node, own)
                if found is not None:
                    return found
        return None

    def _obstacle(self, node: ast.AST, own: frozenset[str]) -> Unmergeable | None:
        if isinstance(node, ast.Name):
            if node.id in own or not isinstance(node.ctx, ast.Load):
                return None
            name, line = node.id, node.lineno
            if name in self._local:
                return _captured(name, line)
            if name in self._guarded:
                return _guard(name, line)
            places = self._bound.get(name) or [top for top in self._bound.get("*", ()) if top <= self._last]
            if name in self._rebound or len(set(places)) > 1 or any(top >= self._place for top in places):
                why = f"`{name}` may be something else, or nothing, where the base class would stand"
                return Unmergeable("FX-EFFECT-ORDER", line, why)
        elif isinstance(node, ast.Attribute) and self._is_run_later:
            chain = dotted(node)
            known = chain.partition(".")[0] in own
            if chain and not known and not _ALWAYS_THERE.fullmatch(chain) and chain not in self._run_at_import:
                why = f"`{chain}` would be looked up when the module is imported, which it is not now"
                return Unmergeable("FX-GUARDED", node.lineno, why)
        return None

    def obstacle_in_body(self, node: FunctionNode) -> Unmergeable | None:
        """Why a method cannot be run from the base: what it takes from around its class, or from under a guard."""
        table = self._tables[node.name, node.lineno]
        captured = sorted(
            symbol.get_name() for symbol in table.get_symbols() if symbol.is_free() and symbol.get_name()[:2] != "__"
        )
        if captured:
            return _captured(captured[0], node.lineno)
        guarded = sorted(_globals(table) & self._guarded)
        return _guard(guarded[0], node.lineno) if guarded else None


def _captured(name: str, line: int) -> Unmergeable:
    return Unmergeable("FX-CAPTURE", line, f"`{name}` is a variable of the function that the class is made in")


def _guard(name: str, line: int) -> Unmergeable:
    return Unmergeable("FX-GUARDED", line, f"`{name}` is bound under a guard")


def _guarded(statement: ast.stmt, imported: frozenset[str]) -> Iterator[str]:
    """The names that a statement of the module binds on some condition."""
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        for inner in statement.body:
            yield from _guarded(inner, imported)
    elif is_conditional(statement):
        yield from bound(statement, imported)


def _functions(table: symtable.SymbolTable) -> Iterator[symtable.Function]:
    if isinstance(table, symtable.Function):
        yield table
    for child in table.get_children():
        yield from _functions(child)


def _globals(table: symtable.SymbolTable) -> frozenset[str]:
    """The names that a function, or one in it, takes from the module or the builtins."""
    own = (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    return frozenset(own).union(*map(_globals, table.get_children()))


def _chains(source: Source) -> frozenset[str]:
    """The chains of names that run, on no condition, when the module is imported."""
    return frozenset(
        dotted(node)
        for statement in source.tree.body
        if not is_conditional(statement)
        for expression in evaluated(statement, annotations=source.annotations)
        for node in ast.walk(expression)
        if isinstance(node, ast.Attribute)
    )
