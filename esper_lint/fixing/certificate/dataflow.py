"""Whether the values that a run of statements takes and gives are those that its call passes and assigns.

Everything is computed on the function before. The arguments of all calls count as reads there, so that what one call
passes is not lost by another.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from esper_lint.fixing.certificate.calls import Form
from esper_lint.fixing.certificate.closures import captured, closures, rebound
from esper_lint.fixing.certificate.flow import Flow
from esper_lint.fixing.certificate.inlining import Inlined
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.scopes import Scope, occurrences, parts


def check_flow(site: Scope, body: Sequence[ast.stmt], parameters: Iterable[str], found: Sequence[Inlined]) -> None:
    """Raises ``Objection`` where a value is lost, stale, not bound, or overwritten."""
    reads: dict[int, set[str]] = {}
    for inlined in found:
        reads.setdefault(id(inlined.run[0]), set()).update(passed(inlined, site))
    flow = Flow(body, site, parameters, reads)
    for inlined in found:
        _check_run(inlined, site, body, flow)


def passed(inlined: Inlined, site: Scope) -> set[str]:
    """The variables of the site that a call reads."""
    names = (name.id for argument in inlined.arguments.values() for name in _names(argument))
    return {name for name in names if site.resolve(name).scope is site}


def _check_run(inlined: Inlined, site: Scope, body: Sequence[ast.stmt], flow: Flow) -> None:
    run, line = inlined.run, inlined.run[0].lineno
    inside = Flow(run, site)
    arguments, targets, bound = passed(inlined, site), set(inlined.call.targets), inside.bound | inside.deleted

    def refuse(kind: str, names: set[str], reason: str) -> None:
        if names:
            raise Objection(kind, f"{', '.join(sorted(names))} {reason}", line)

    taken = inside.first_reads() - arguments
    # What no way to the run binds is as unbound in the helper, where that binds it too.
    unbound = {name for name in taken & inside.bound if not flow.may_be_bound_before(name, run[0])}
    refuse("live-in", taken - unbound, "is read first and not passed")
    refuse("unbound", arguments - flow.surely_bound_before(run[0]), "may not be bound at the call")
    refuse("clobbered", targets - bound, "is assigned by the call and not by the statements")
    live = set() if inlined.call.form is Form.RETURN else flow.live_after(run[-1])
    refuse("live-out", (bound & live) - targets, "is read later and not given back")
    refuse("del", inside.deleted & (live | arguments | targets), "is deleted, and not the helper's alone")
    refuse("del", inside.deleted - inside.bound, "is deleted, and bound elsewhere")
    endangered = bound & flow.live_on_exit(run[0])
    if inlined.call.form is not Form.RETURN:
        endangered = {name for name in endangered if inside.may_raise_after_binding(name)}
    refuse("exception", endangered, "is read where an exception or a return leads to")
    _check_returned(inlined)
    _check_captured(inlined, site, body, bound)


def _check_returned(inlined: Inlined) -> None:
    """What the helper gives back is bound on every way to its end."""
    last = inlined.helper.body[-1]
    if isinstance(last, ast.Return) and inlined.returned:
        missing = set(inlined.returned) - inlined.helper.flow.surely_bound_before(last)
        if missing:
            names = ", ".join(sorted(missing))
            raise Objection("unbound", f"{names} may not be bound at the end", last.lineno, inlined.helper.path)


def _check_captured(inlined: Inlined, site: Scope, body: Sequence[ast.stmt], bound: set[str]) -> None:
    """A variable that is kept for later is one cell; the helper has cells of its own."""
    nodes = [node for statement in inlined.run for node in ast.walk(statement)]
    within = {id(node) for node in nodes}
    line = inlined.run[0].lineno
    made = list(closures(body, site))
    changing = rebound(made, site) & {node.id for node in nodes if isinstance(node, ast.Name)}
    if changing:
        raise Objection("captured", f"{', '.join(sorted(changing))} may be bound by a function or generator", line)
    for closure in made:
        names = captured(closure, site)
        if id(closure.node) not in within:
            if names & bound:
                reason = f"{', '.join(sorted(names & bound))} is kept by a function or generator at line"
                raise Objection("captured", f"{reason} {getattr(closure.node, 'lineno', line)}", line)
            continue
        for name in sorted(names):
            if not _stays_the_same(name, site) and (inlined.looped or not _only_within(name, site, body, within)):
                line = getattr(closure.node, "lineno", line)
                raise Objection("captured", f"{name} is kept by a function or generator, and may be bound again", line)


def _stays_the_same(name: str, site: Scope) -> bool:
    bindings = site.bound[name]
    return len(bindings) == 1 and not bindings[0].looped


def _only_within(name: str, site: Scope, body: Sequence[ast.stmt], within: set[int]) -> bool:
    if any(id(binding.node) not in within for binding in site.bound[name]):
        return False
    uses = (node for node, scope in occurrences(body, site) if scope.resolve(node.id) == (site, name))
    return all(id(node) in within for node in uses if node.id == name)


def check_enclosing(inlined: Inlined, site: Scope, chain: Sequence[ast.AST]) -> None:
    """Variables of enclosing functions that are passed never change once the site is made.

    ``chain`` leads from the module to the site. Raises ``Objection``.
    """
    for argument in inlined.arguments.values():
        for name in _names(argument):
            owner = site.resolve(name.id).scope
            if owner is not None and owner is not site:
                _check_fixed(name, owner, chain)


def _check_fixed(name: ast.Name, owner: Scope, chain: Sequence[ast.AST]) -> None:
    where = next((number for number, node in enumerate(chain) if node is owner.node), None)
    if where is None or not isinstance(owner.node, ast.FunctionDef):
        raise Objection("enclosing", f"{name.id} is no variable of a plain function", name.lineno)
    bindings = owner.bound[name.id]
    if len(bindings) != 1 or bindings[0].looped or _rebound_inside(name.id, owner):
        raise Objection("enclosing", f"{name.id} of {owner.node.name} may be bound again", name.lineno)
    parameters = [binding for binding in bindings if isinstance(binding.node, ast.arg)]
    flow = Flow(owner.node.body, owner, [name.id] if parameters else [])
    made = chain[where + 1]
    if not isinstance(made, ast.stmt) or name.id not in flow.surely_bound_before(made):
        raise Objection("enclosing", f"{name.id} of {owner.node.name} may be bound later", name.lineno)


def _rebound_inside(name: str, owner: Scope) -> bool:
    """Whether an inner function declares it ``nonlocal``."""
    waiting: list[tuple[ast.AST, Scope]] = parts(owner.node, owner.parent or owner)
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, ast.Nonlocal) and name in node.names and scope.resolve(name).scope is owner:
            return True
        waiting.extend(parts(node, scope))
    return False


def _names(argument: ast.expr) -> list[ast.Name]:
    return [node for node in ast.walk(argument) if isinstance(node, ast.Name)]
