"""The forms in which a site may call a helper."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from esper_lint.fixing.certificate.definition import Helper
from esper_lint.fixing.certificate.objection import Objection


class Form(Enum):
    RETURN = auto()  # return helper(…)
    ASSIGN = auto()  # x = helper(…), x, y = helper(…), x: T = helper(…)
    BARE = auto()  # helper(…)


@dataclass(frozen=True, slots=True)
class HelperCall:
    statement: ast.stmt
    call: ast.Call
    name: str
    form: Form
    targets: tuple[str, ...] = ()
    unpacks: bool = False  # the target is a tuple
    annotation: ast.expr | None = None


def helper_call(statement: ast.stmt, names: Collection[str]) -> HelperCall | None:
    """The statement as a call of one of these helpers; None where it is none, in any of the forms."""
    match statement:
        case (
            ast.Return(value=ast.Call(func=ast.Name(id=name)) as call)
            | ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call)
            | ast.Assign(value=ast.Call(func=ast.Name(id=name)) as call)
            | ast.AnnAssign(value=ast.Call(func=ast.Name(id=name)) as call)
        ) if name in names:
            pass
        case _:
            return None
    match statement:
        case ast.Return():
            return HelperCall(statement, call, name, Form.RETURN)
        case ast.Expr():
            return HelperCall(statement, call, name, Form.BARE)
        case ast.Assign(targets=[ast.Name(id=target)]):
            return HelperCall(statement, call, name, Form.ASSIGN, (target,))
        case ast.Assign(targets=[ast.Tuple(elts=parts)]):
            targets = tuple(part.id for part in parts if isinstance(part, ast.Name))
            return HelperCall(statement, call, name, Form.ASSIGN, targets, True) if len(targets) == len(parts) else None
        case ast.AnnAssign(target=ast.Name(id=target), annotation=annotation, simple=1):
            return HelperCall(statement, call, name, Form.ASSIGN, (target,), annotation=annotation)
    return None


def arguments_of(call: ast.Call, helper: Helper, receiver: str | None) -> Mapping[str, ast.expr]:
    """Parameter -> what is passed. ``receiver``: whose attributes may be passed, if any may.

    Raises ``Objection`` where the call does not fit the helper, or passes what may not be passed.
    """
    args = helper.node.args
    positional = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    by_name = {arg.arg for arg in (*args.args, *args.kwonlyargs)}
    given: dict[str, ast.expr] = dict(zip(positional, call.args, strict=False))
    fits = len(call.args) <= len(positional)
    for keyword in call.keywords:
        fits = fits and keyword.arg in by_name and keyword.arg not in given
        given[keyword.arg or ""] = keyword.value
    if not fits or given.keys() != set(helper.parameters):
        raise Objection("signature", f"the call does not fit the parameters of {helper.name}", call.lineno)
    for argument in given.values():
        if not _may_be_passed(argument, receiver):
            raise Objection("argument", f"{ast.unparse(argument)} may not be an argument", argument.lineno)
    return given


def _may_be_passed(argument: ast.expr, receiver: str | None) -> bool:
    match argument:
        case ast.Name() | ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() | complex() as value)):
            return not isinstance(value, bool)
        case ast.Attribute(value=ast.Name(id=name)):
            return receiver is not None and name == receiver
    return False
