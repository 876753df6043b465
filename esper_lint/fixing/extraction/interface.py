"""A run of common statements -> what a helper that holds it takes and gives back, at every site; or why it cannot."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.fixing.extraction.alignment import Stretch
from esper_lint.fixing.extraction.flow import bound_within, statements_of
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.module_names import bound_by, pattern_names
from esper_lint.fixing.extraction.shapes import Value
from esper_lint.fixing.extraction.sites import Site

MOST_INS, MOST_OUTS = 6, 4


@dataclass(frozen=True)
class Interface:
    """``ins`` and ``outs`` are names of the first site, in the order in which they are first bound.

    ``values`` are the parameters that stand for differing values, each with its text at every site and the places in
    the first site's statements.  ``returns`` tells that the run ends the forward whichever way it goes.
    """

    ins: tuple[str, ...]
    outs: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    uses_self: bool
    returns: bool


def interface(stretch: Stretch, start: int, end: int, sites: Sequence[Site]) -> Interface | Hazard:
    """Of the columns ``start`` up to ``end`` of a stretch."""
    columns = stretch.columns[start:end]
    ins: set[str] = set()
    outs: set[str] = set()
    returns = _returns(columns[0].statements[0], [column.statements[0] for column in columns], sites[0])
    if isinstance(returns, Hazard):
        return returns
    for k, (site, renaming) in enumerate(zip(sites, stretch.renamings, strict=True)):
        run = [column.statements[k] for column in columns]
        found = _at_site(run, site, returns=returns)
        if isinstance(found, Hazard):
            return found
        back = {new: old for old, new in renaming.items()}
        ins |= {back.get(name, name) for name in found[0]}
        outs |= {back.get(name, name) for name in found[1]}
    first = sites[0]
    shape = [column.statements[0] for column in columns]
    ins |= outs - (first.flow.surely_bound(shape, frozenset()) or frozenset())  # kept where the run does not bind them
    lost = outs - (first.flow.surely_bound(shape, frozenset(ins)) or frozenset())
    if lost:
        message = f"`{min(lost)}` may not be bound where the helper would give it back"
        return Hazard("FX-MAYBE-UNBOUND", first.source.path, shape[0].lineno, message)
    for k, (site, renaming) in enumerate(zip(sites, stretch.renamings, strict=True)):
        hazard = _unbound(ins, columns[0].statements[k], site, renaming)
        if hazard:
            return hazard
    values = _grouped([row for column in columns for row in column.values])
    if len(ins) + len(values) > MOST_INS or len(outs) > MOST_OUTS:
        message = f"the statements would need {len(ins) + len(values)} inputs and {len(outs)} results (at most 6 and 4)"
        return Hazard("FX-WIDE", first.source.path, shape[0].lineno, message)
    order = _order_of_binding(first)
    return Interface(
        tuple(sorted(ins, key=lambda name: (order.get(name, len(order)), name))),
        tuple(sorted(outs, key=lambda name: (_first_bound(name, shape), name))),
        tuple(values),
        any(isinstance(node, ast.Name) and node.id == first.self_name for one in shape for node in ast.walk(one)),
        returns,
    )


def _at_site(run: Sequence[ast.stmt], site: Site, *, returns: bool) -> tuple[set[str], set[str]] | Hazard:
    """What a run takes from, and leaves to, the rest of its forward."""
    flow = site.flow
    own = site.local_names | site.closure.keys()
    exposed = {name for name in flow.exposed(run) if name in own} - {site.self_name}
    bound = bound_within(run) & site.local_names
    before = flow.sure_before(run[0])
    if before is None:
        return Hazard("FX-NO-BENEFIT", site.source.path, run[0].lineno, "the statements are never reached")
    caught = bound & flow.live_in_handlers(run[0])
    if caught:
        message = f"`{min(caught)}` may be read by the handler around when a statement raises"
        return Hazard("FX-TRY", site.source.path, run[0].lineno, message)
    unbound = _read_after_a_handler(run)
    if unbound:
        message = f"`{unbound}` is read after a handler that unbinds it"
        return Hazard("FX-MAYBE-UNBOUND", site.source.path, run[0].lineno, message)
    after = set() if returns else set(flow.live_after(run[-1]))
    outs = set(bound & after)
    left = _no_longer_bound(bound - outs, run, site)
    if left:
        message = f"`{min(left)}` is read elsewhere in the forward, and would no longer be a variable of it"
        return Hazard("FX-MAYBE-UNBOUND", site.source.path, run[0].lineno, message)
    return exposed - _of_the_run_alone(bound - after - before, run, site), outs


def _read_after_a_handler(run: Sequence[ast.stmt]) -> str:
    """A name of ``except … as name`` that the run reads outside of such handlers, at whose end it is unbound."""
    handlers = [
        one for statement in run for one in ast.walk(statement) if isinstance(one, ast.ExceptHandler) and one.name
    ]
    if not handlers:
        return ""
    everywhere: Counter[tuple[str, bool]] = sum((_occurrences(one) for one in run), Counter())
    for name in sorted({one.name for one in handlers if one.name}):
        inside = sum(_occurrences(one)[name, True] for one in handlers if one.name == name)
        if everywhere[name, True] > inside:
            return name
    return ""


def _of_the_run_alone(names: Iterable[str], run: Sequence[ast.stmt], site: Site) -> set[str]:
    """The names that nothing but a run binds: where it reads one that it has not bound, the helper does so too."""
    rest = _occurrences_outside(run, site)
    return {name for name in names if not rest[name, False]}


def _no_longer_bound(names: Iterable[str], run: Sequence[ast.stmt], site: Site) -> list[str]:
    """The names that are read outside of a run, in code that may never run, but bound in it alone."""
    rest = _occurrences_outside(run, site)
    return [name for name in names if rest[name, True] and not rest[name, False]]


def _occurrences_outside(run: Sequence[ast.stmt], site: Site) -> Counter[tuple[str, bool]]:
    return _occurrences(site.function) - sum((_occurrences(one) for one in run), Counter())


@lru_cache(maxsize=8192)
def _occurrences(node: ast.AST) -> Counter[tuple[str, bool]]:
    """How often names are read (True) and bound (False) in some code."""
    found = Counter((one.id, isinstance(one.ctx, ast.Load)) for one in ast.walk(node) if isinstance(one, ast.Name))
    found.update((one.arg, False) for one in ast.walk(node) if isinstance(one, ast.arg))
    found.update((name, False) for one in ast.walk(node) for name in _bound_otherwise(one))
    return found


def _bound_otherwise(node: ast.AST) -> Iterable[str]:
    """The names that a node binds without a name node."""
    if isinstance(node, ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, ast.match_case):
        return [name for name, _ in pattern_names(node.pattern)]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return [name for name, _ in bound_by(node)]
    return []


def _unbound(ins: set[str], first: ast.stmt, site: Site, renaming: Mapping[str, str]) -> Hazard | None:
    """A variable that the helper takes and that a site may not have bound before ``first``, the start of the run."""
    before = site.flow.sure_before(first) or frozenset()
    for name in sorted(ins):
        mine = renaming.get(name, name)
        if mine in site.local_names and mine not in before:
            message = f"`{mine}` may not be bound yet where the helper would be called"
            return Hazard("FX-MAYBE-UNBOUND", site.source.path, first.lineno, message)
    return None


def _returns(first: ast.stmt, run: Sequence[ast.stmt], site: Site) -> bool | Hazard:
    """Whether the run ends the forward; a hazard if it only may, or leaves a loop around it."""
    path = site.source.path
    jumps = _jumps_out(run)
    if jumps is not None:
        word = "break" if isinstance(jumps, ast.Break) else "continue"
        return Hazard("FX-LOOPCTL", path, jumps.lineno, f"`{word}` leaves the statements that would move")
    found = next((one for one in statements_of(run) if isinstance(one, ast.Return)), None)
    ends = site.flow.surely_bound(run, site.flow.sure_before(first) or frozenset()) is None
    if found is None:
        return Hazard("FX-NO-BENEFIT", path, first.lineno, "the statements always raise") if ends else False
    if not ends:
        return Hazard("FX-EARLY-RETURN", path, found.lineno, "`return` ends the forward on some ways only")
    return True


def _jumps_out(block: Sequence[ast.stmt]) -> ast.stmt | None:
    """A break or continue of a loop that is not in the block itself."""
    for one in block:
        if isinstance(one, (ast.Break, ast.Continue)):
            return one
        if isinstance(one, (ast.For, ast.While)):
            found = _jumps_out(one.orelse)
        elif isinstance(one, (ast.FunctionDef, ast.ClassDef)):
            continue
        else:
            inner = [*getattr(one, "body", ()), *getattr(one, "orelse", ()), *getattr(one, "finalbody", ())]
            for part in (*getattr(one, "handlers", ()), *getattr(one, "cases", ())):
                inner += part.body
            found = _jumps_out(inner)
        if found is not None:
            return found
    return None


def _grouped(rows: Sequence[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """One row for each parameter: places where every site has the same text as at another place share one."""
    found: dict[tuple[str, ...], tuple[Value, ...]] = {}
    for row in rows:
        found.setdefault(tuple(value.text for value in row), row)
    return list(found.values())


def _order_of_binding(site: Site) -> Mapping[str, int]:
    arguments = site.function.args
    order: dict[str, int] = {}
    for one in (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if one is not None:
            order.setdefault(one.arg, len(order))
    for statement in site.function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                order.setdefault(node.id, len(order))
    return order


def _first_bound(name: str, run: Sequence[ast.stmt]) -> tuple[int, int]:
    places = [
        (node.lineno, node.col_offset)
        for one in run
        for node in ast.walk(one)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    return min(places, default=(run[-1].end_lineno or 0, 0))
