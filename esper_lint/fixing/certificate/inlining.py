"""The rewritten body of a site against the body before: which run of statements each call of a helper stands for."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from esper_lint.fixing.certificate.calls import Form, HelperCall, arguments_of, helper_call
from esper_lint.fixing.certificate.definition import Helper, blocks
from esper_lint.fixing.certificate.equality import line_of_difference, same
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.renaming import Renaming
from esper_lint.fixing.certificate.scopes import Scope

_BLOCKS = frozenset({"body", "orelse", "finalbody"})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands in its function."""

    tail: bool  # nothing runs after its end
    looped: bool = False


@dataclass(frozen=True, slots=True)
class Inlined:
    """A call and the run that it stands for, which the helper equals under the renaming."""

    call: HelperCall
    helper: Helper
    arguments: Mapping[str, ast.expr]
    run: tuple[ast.stmt, ...]
    renaming: Renaming
    returned: tuple[str, ...]  # variables of the helper whose values the call gives back
    looped: bool  # the run stands in a loop of the site


class Inliner:
    """Walks both bodies of a site side by side. Raises ``Objection`` where a body is not the other one."""

    def __init__(self, helpers: Mapping[str, Helper], scope: Scope, receiver: str | None) -> None:
        self._helpers, self._scope, self._receiver = helpers, scope, receiver
        self.found: list[Inlined] = []
        self.kept: list[tuple[ast.stmt, ast.stmt]] = []  # equal statements, before and after
        self.opened: list[tuple[ast.stmt, ast.stmt]] = []  # compound statements with calls inside

    def align(self, before: Sequence[ast.stmt], after: Sequence[ast.stmt], place: Place, line: int) -> None:
        """Equal blocks but for calls; ``line`` is where the block stands before."""
        at = 0
        for number, statement in enumerate(after):
            call = helper_call(statement, self._helpers)
            if call is not None:
                at += self._inline(call, before[at:], place, is_last=number == len(after) - 1)
            elif at == len(before):
                raise Objection("statement", f"added: {_head(statement)}", line)
            else:
                self._same(before[at], statement, Place(place.tail and at == len(before) - 1, place.looped))
                at += 1
        if at < len(before):
            raise Objection("statement", f"dropped: {_head(before[at])}", before[at].lineno)

    def _same(self, before: ast.stmt, after: ast.stmt, place: Place) -> None:
        if same(before, after):
            self.kept.append((before, after))
            return
        self.opened.append((before, after))
        parts, others = _suites(before), _suites(after)
        headers_agree = type(before) is type(after) and same(_header(before), _header(after))
        is_definition = isinstance(before, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if not parts or not headers_agree or is_definition or len(parts) != len(others):
            line = line_of_difference(before, after, before.lineno)
            raise Objection("statement", f"changed: {_head(before)}", line)
        for name, mine in parts.items():
            self.align(mine, others.get(name, []), _inside(before, name, place), before.lineno)

    # -- calls ------------------------------------------------------------------------------------------------------

    def _inline(self, call: HelperCall, rest: Sequence[ast.stmt], place: Place, *, is_last: bool) -> int:
        """How many of the statements that are left the call stands for."""
        helper = self._helpers[call.name]
        arguments = arguments_of(call.call, helper, self._receiver)
        if call.form is Form.RETURN:
            found = self._tail(call, helper, arguments, rest, place, is_last=is_last)
        else:
            found = self._run(call, helper, arguments, rest, place)
        self.found.append(found)
        return len(found.run)

    def _tail(
        self,
        call: HelperCall,
        helper: Helper,
        arguments: Mapping[str, ast.expr],
        rest: Sequence[ast.stmt],
        place: Place,
        *,
        is_last: bool,
    ) -> Inlined:
        renaming = Renaming(helper, self._scope, arguments)
        renaming.statements(helper.body, rest)
        if len(rest) > len(helper.body):
            left = rest[len(helper.body)]
            raise Objection("statement", f"dropped: {_head(left)}", left.lineno)
        if not is_last:
            raise Objection("statement", "code stands after the call", call.statement.lineno)
        if helper.flow.falls_through and not place.tail:
            raise Objection("tail", f"{helper.name} may end where the site goes on", rest[0].lineno)
        return Inlined(call, helper, arguments, tuple(rest), renaming, (), place.looped)

    def _run(
        self,
        call: HelperCall,
        helper: Helper,
        arguments: Mapping[str, ast.expr],
        rest: Sequence[ast.stmt],
        place: Place,
    ) -> Inlined:
        *others, last = helper.body
        early = [statement for statement in helper.returns if statement is not last]
        if early:
            reason = f"{helper.name} returns early, and the site goes on"
            raise Objection("return", reason, early[0].lineno, helper.path)
        if not isinstance(last, ast.Return):
            if call.form is not Form.BARE:
                raise Objection("outs", f"{helper.name} returns nothing", call.statement.lineno)
            return self._outs(call, helper, arguments, helper.body, rest, (), place)
        names = _names(last.value)
        objection: Objection | None = None
        if names is not None and others:
            try:
                return self._outs(call, helper, arguments, others, rest, names, place)
            except Objection as failed:
                objection = failed
        try:
            return self._result(call, helper, arguments, last, rest, place)
        except Objection as failed:
            raise (objection or failed) from failed

    def _outs(
        self,
        call: HelperCall,
        helper: Helper,
        arguments: Mapping[str, ast.expr],
        body: Sequence[ast.stmt],
        rest: Sequence[ast.stmt],
        names: tuple[str, ...],
        place: Place,
    ) -> Inlined:
        """The helper gives back variables, which have the names of the targets at the site."""
        renaming = Renaming(helper, self._scope, arguments)
        renaming.statements(body, rest)
        run = tuple(rest[: len(body)])
        line = run[0].lineno
        if call.form is Form.ASSIGN:
            last = helper.body[-1]
            if call.unpacks != (isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple)):
                raise Objection("outs", f"one value and several in the call of {helper.name}", line)
            symbols = [renaming.symbol(name) for name in names]
            given = [symbol.name if symbol and symbol.scope is self._scope else "" for symbol in symbols]
            if given != list(call.targets):
                reason = f"{helper.name} gives back {', '.join(given)}, not {', '.join(call.targets)}"
                raise Objection("outs", reason, line)
        if call.annotation is not None and not any(_annotates(part, call) for part in _all_statements(run)):
            raise Objection("annotation", f"{call.targets[0]} had no such annotation", line)
        return Inlined(call, helper, arguments, run, renaming, names, place.looped)

    def _result(
        self,
        call: HelperCall,
        helper: Helper,
        arguments: Mapping[str, ast.expr],
        last: ast.Return,
        rest: Sequence[ast.stmt],
        place: Place,
    ) -> Inlined:
        """The helper gives back an expression, which the site assigned."""
        count = len(helper.body)
        if last.value is None or call.form is Form.BARE:
            raise Objection("outs", f"what {helper.name} returns is dropped", call.statement.lineno)
        renaming = Renaming(helper, self._scope, arguments)
        renaming.statements(helper.body[:-1], rest[: count - 1])
        if len(rest) < count:
            raise Objection("statement", "the site has no such statement", last.lineno, helper.path)
        assigned = rest[count - 1]
        value, target = _assigned(assigned)
        if value is None or target is None:
            raise Objection("statement", f"{_head(assigned)} is no assignment", assigned.lineno)
        renaming.expression(last.value, value)
        mine, _ = _assigned_by(call.statement)
        if not same(mine, target):
            raise Objection("outs", "the targets of the assignment differ", assigned.lineno)
        if not same(getattr(assigned, "annotation", None), call.annotation):
            raise Objection("annotation", "the annotation of the assignment differs", assigned.lineno)
        renaming.pairs.append((last, assigned))
        return Inlined(call, helper, arguments, tuple(rest[:count]), renaming, (), place.looped)


def _names(value: ast.expr | None) -> tuple[str, ...] | None:
    """The variables that make up a returned value; None where it is something else."""
    match value:
        case None:
            return ()
        case ast.Name(id=name):
            return (name,)
        case ast.Tuple(elts=parts) if parts and all(isinstance(part, ast.Name) for part in parts):
            return tuple(part.id for part in parts if isinstance(part, ast.Name))
    return None


def _assigned(statement: ast.stmt) -> tuple[ast.expr | None, ast.expr | None]:
    target, value = _assigned_by(statement)
    return value, target


def _assigned_by(statement: ast.stmt) -> tuple[ast.expr | None, ast.expr | None]:
    """The one target and the value of an assignment to a name, or to a tuple of names."""
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Tuple() as target], value=value):
            return target, value
        case ast.AnnAssign(target=ast.Name() as target, value=value):
            return target, value
    return None, None


def _annotates(statement: ast.stmt, call: HelperCall) -> bool:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            return (name,) == call.targets and same(annotation, call.annotation)
    return False


def _all_statements(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    found = list(statements)
    for statement in statements:
        for block in blocks(statement):
            found.extend(_all_statements(block))
    return found


def _suites(statement: ast.stmt) -> dict[str, list[ast.stmt]]:
    """The blocks of a compound statement by where they stand; empty ones too."""
    found = {name: getattr(statement, name) for name in sorted(_BLOCKS) if hasattr(statement, name)}
    for name in ("handlers", "cases"):
        for number, part in enumerate(getattr(statement, name, ())):
            found[f"{name}[{number}]"] = part.body
    return found


def _header(statement: ast.stmt) -> list[object]:
    """A compound statement without its blocks."""
    parts: list[object] = []
    for name in statement._fields:
        value = getattr(statement, name, None)
        if name in ("handlers", "cases"):
            parts.extend(
                getattr(part, field, None) for part in value or () for field in part._fields if field != "body"
            )
        elif name not in _BLOCKS:
            parts.append(value)
    return parts


def _inside(statement: ast.stmt, block: str, place: Place) -> Place:
    """The place of a block of a compound statement that stands at ``place``."""
    if isinstance(statement, _LOOPS):
        return Place(place.tail and block == "orelse", place.looped or block == "body")
    if block == "finalbody":  # an exception or a return may be waiting for its end
        return Place(False, place.looped)
    goes_on = block == "body" and hasattr(statement, "handlers") and bool(getattr(statement, "orelse", None))
    return Place(place.tail and not goes_on, place.looped)


def _head(statement: ast.stmt) -> str:
    text = ast.unparse(statement).partition("\n")[0]
    return text if len(text) <= 60 else f"{text[:57]}…"
