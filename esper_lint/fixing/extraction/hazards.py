"""A statement of a forward -> what in it cannot move into a helper, whatever stands around it.

What depends on the run that it would move with (returns, deleted names, unbound variables) is found by ``interface``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from esper_lint.fixing.extraction.breaks import breaks_in
from esper_lint.fixing.extraction.flow import reads
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.module_names import bound_in
from esper_lint.fixing.extraction.sites import Site

_CONTROL = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Global, ast.Nonlocal)
_FRAME_CALLS = frozenset(("locals", "vars", "dir", "globals", "eval", "exec", "breakpoint", "__import__"))
_FRAME_ATTRIBUTES = frozenset(("_getframe", "currentframe", "stack", "getouterframes", "getargvalues"))
_FRAME_LIBRARIES = frozenset(("sys", "inspect"))
# What takes a generator whole before it returns; elsewhere one may read its variables later.
_CONSUMERS = frozenset(
    ("tuple", "list", "set", "frozenset", "dict", "sum", "any", "all", "min", "max", "sorted", "join", "OrderedDict")
)


@lru_cache(maxsize=4096)
def hazards_of(statement: ast.stmt, site: Site) -> tuple[Hazard, ...]:
    """In the order of the table of hazards; ``path`` and ``line`` say where each stands."""
    return tuple(_hazards(statement, site))


def _hazards(statement: ast.stmt, site: Site) -> Iterator[Hazard]:
    names = site.source.names
    consumed = {
        id(node.args[0])
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and node.args and _called(node.func) in _CONSUMERS
    }

    def hazard(code: str, node: ast.AST, message: str) -> Hazard:
        return Hazard(code, site.source.path, getattr(node, "lineno", statement.lineno), message)

    for node in ast.walk(statement):
        if isinstance(node, _CONTROL) or (isinstance(node, ast.comprehension) and node.is_async):
            yield hazard("FX-CTRL", node, f"`{_word(node)}` belongs to the function it stands in")
        elif isinstance(node, ast.Delete) and any(isinstance(target, ast.Name) for target in node.targets):
            yield hazard("FX-DEL", node, f"`{ast.unparse(node)}` deletes a name of the forward")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield hazard("FX-INNERDEF", node, f"`{node.name}` is defined inside the forward")
        elif isinstance(node, ast.NamedExpr):
            yield hazard("FX-INNERDEF", node, f"`{ast.unparse(node.target)} :=` binds inside an expression")
        elif isinstance(node, ast.Lambda) and reads(node) & site.local_names - {site.self_name}:
            yield hazard("FX-INNERDEF", node, "a lambda may read variables of the forward later")
        elif isinstance(node, ast.GeneratorExp) and id(node) not in consumed and _reads_late(node, site):
            yield hazard("FX-INNERDEF", node, "a generator may read variables of the forward later")
        elif isinstance(node, ast.Name):
            yield from _of_name(node, site, hazard)
        if isinstance(node, ast.Call) and _called(node.func) in _FRAME_CALLS and isinstance(node.func, ast.Name):
            yield hazard("FX-FRAME", node, f"`{_called(node.func)}` sees the frame that calls it")
        if isinstance(node, ast.keyword) and node.arg == "stacklevel":
            yield hazard("FX-FRAME", node.value, "`stacklevel` counts the frames up to a caller")
        if isinstance(node, ast.Attribute) and node.attr in _FRAME_ATTRIBUTES and _root(node) in _FRAME_LIBRARIES:
            yield hazard("FX-FRAME", node, f"`{ast.unparse(node)}` looks at frames")
        for name in _mangled(node):
            yield hazard("FX-MANGLE", node, f"`{name}` is another name inside the class")
    for line, what in breaks_in(statement, site):
        yield Hazard(
            "FX-GRAPH", site.source.path, line, f"{what}; in a helper it would break the graph of every caller"
        )
    shared = {name for name, _ in _bound(statement)} & site.captured
    for name in sorted(shared):
        yield hazard("FX-INNERDEF", statement, f"`{name}` is read by a function inside the forward")
    for name in sorted(reads_of(statement)):
        if names.is_guarded(name) and site.kind_of(name) == "global":
            yield hazard("FX-GUARDED", statement, f"`{name}` is bound under a guard")
        elif site.kind_of(name) == "closure" and not site.closure[name]:
            yield hazard("FX-CAPTURE", statement, f"`{name}` of the function around may be bound again")


def reads_of(statement: ast.stmt) -> set[str]:
    """Every name that is read anywhere in a statement."""
    return {
        node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
    }


def _of_name(node: ast.Name, site: Site, hazard: object) -> Iterator[Hazard]:
    if node.id in ("super", "__class__") and site.kind_of(node.id) == "global":
        yield hazard("FX-SUPER", node, f"`{node.id}` means the class that it is written in")  # type: ignore[operator]
    elif node.id in site.outer_names and not isinstance(node.ctx, ast.Load):
        yield hazard("FX-CTRL", node, f"`{node.id}` is a variable of an outer scope")  # type: ignore[operator]
    elif node.id == site.self_name and not isinstance(node.ctx, ast.Load):
        yield hazard("FX-SHADOW", node, f"`{node.id}` is bound to something else")  # type: ignore[operator]


def _bound(statement: ast.stmt) -> Iterator[tuple[str, int]]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield from bound_in(node)


def _reads_late(node: ast.GeneratorExp, site: Site) -> bool:
    """Whether a generator reads a variable of the forward after it was made; the first iterable is read at once."""
    first = node.generators[0].iter
    at_once = {id(inner) for inner in ast.walk(first)}
    own = {name for one in node.generators for name, _ in bound_in(one.target)}
    return any(
        isinstance(inner, ast.Name)
        and id(inner) not in at_once
        and inner.id in site.local_names - own - {site.self_name}
        for inner in ast.walk(node)
    )


def _mangled(node: ast.AST) -> Iterator[str]:
    for value in (
        getattr(node, "attr", None) if isinstance(node, ast.Attribute) else None,
        node.id if isinstance(node, ast.Name) else None,
        node.arg if isinstance(node, (ast.keyword, ast.arg)) else None,
        node.name if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) else None,
        node.rest if isinstance(node, ast.MatchMapping) else None,
        *(node.kwd_attrs if isinstance(node, ast.MatchClass) else ()),
    ):
        if value and value.startswith("__") and not value.endswith("__"):
            yield value


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _word(node: ast.AST) -> str:
    words = {
        ast.Yield: "yield", ast.YieldFrom: "yield from", ast.Await: "await", ast.AsyncFor: "async for",
        ast.AsyncWith: "async with", ast.Global: "global", ast.Nonlocal: "nonlocal",
    }  # fmt: skip
    return words.get(type(node), "async for")
