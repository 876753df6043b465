"""Whether the body of a helper, inlined, is a run of statements of a site."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from esper_lint.fixing.certificate.definition import Helper
from esper_lint.fixing.certificate.equality import fields_of, same, same_constant
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.scopes import Comprehension, Scope, Symbol, all_arguments, outside

_KINDS = {
    ast.Constant: "constant",
    ast.Name: "name",
    ast.Attribute: "attribute",
    ast.JoinedStr: "string",
    ast.FormattedValue: "string",
    ast.Call: "call",
    ast.keyword: "call",
    ast.Slice: "slice",
    ast.Subscript: "slice",
    ast.BinOp: "operator",
    ast.UnaryOp: "operator",
    ast.BoolOp: "operator",
    ast.Compare: "operator",
    ast.comprehension: "comprehension",
    ast.Lambda: "closure",
}


class Renaming:
    """Matches code of a helper with code of a site, and collects what that takes.

    A variable of the helper stands for one variable of the site, and the other way round; a parameter stands for what
    the call passes. Names that neither side binds stay what they are. Parameters that are never bound again may share a
    variable. Raises ``Objection``, at a line of the text before, where there is no such renaming.
    """

    def __init__(self, helper: Helper, site: Scope, arguments: Mapping[str, ast.expr]) -> None:
        self._helper, self._site = helper, site
        self._variables: dict[Symbol, Symbol] = {}
        self._images: dict[Symbol, Symbol] = {}
        self._scopes: dict[int, Scope] = {id(helper.scope): site}
        self._values: dict[str, ast.expr] = {}
        self._line = 0
        self.free: dict[str, int] = {}  # names of the module or builtins that its code uses, and where
        self.pairs: list[tuple[ast.stmt, ast.stmt]] = []  # statements of the helper and of the site
        self.replaced: dict[str, list[ast.expr]] = {}  # parameter -> what the site has in its place
        for parameter, argument in arguments.items():
            self._pass(parameter, argument)

    def symbol(self, name: str) -> Symbol | None:
        """The site's variable that a variable of the helper stands for."""
        return self._variables.get(Symbol(self._helper.scope, name))

    def _pass(self, parameter: str, argument: ast.expr) -> None:
        fixed = not isinstance(argument, ast.Name)
        if isinstance(argument, ast.Name):
            symbol, mine = self._site.resolve(argument.id), Symbol(self._helper.scope, parameter)
            fixed = symbol.scope is not self._site
            earlier = self._images.get(symbol)
            if earlier is not None and (self._helper.rebinds(earlier.name) or self._helper.rebinds(parameter)):
                raise Objection("renaming", f"{argument.id} is passed twice, and one is bound again", argument.lineno)
            self._variables[mine] = symbol
            self._images.setdefault(symbol, mine)
        else:
            self._values[parameter] = argument
        if fixed and self._helper.rebinds(parameter):
            line = self._helper.node.lineno
            reason = f"{parameter} stands for {ast.unparse(argument)} and is bound again"
            raise Objection("rebound", reason, line, self._helper.path)

    # -- statements -------------------------------------------------------------------------------------------------

    def statements(self, helper: Sequence[ast.stmt], site: Sequence[ast.stmt]) -> None:
        """Raises ``Objection`` where these are not the same statements."""
        for mine, theirs in zip(helper, site, strict=False):
            self._match(mine, theirs, self._helper.scope, self._site)
        if len(helper) > len(site):
            line = helper[len(site)].lineno
            raise Objection("statement", "the site has no such statement", line, self._helper.path)

    def expression(self, helper: ast.expr, site: ast.expr) -> None:
        self._match(helper, site, self._helper.scope, self._site)

    # -- nodes ------------------------------------------------------------------------------------------------------

    def _match(self, mine: Any, theirs: Any, here: Scope, there: Scope) -> None:
        self._line = getattr(theirs, "lineno", self._line)
        if isinstance(mine, ast.Name) and self._stands_for_value(mine, here):
            self._value(mine, theirs, there)
            return
        if type(mine) is not type(theirs):
            raise self._differs(mine, theirs)
        if isinstance(mine, ast.stmt):
            self.pairs.append((mine, theirs))
        match mine:
            case ast.Name():
                self._match_each(mine.ctx, theirs.ctx, here, there)
                self._name(mine.id, theirs.id, here, there)
            case ast.Constant():
                if not same_constant(mine.value, theirs.value):
                    raise self._differs(mine, theirs)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(mine, theirs, here, there)
            case ast.Lambda():
                self._function(mine, theirs, here, there)
                self._match(mine.body, theirs.body, here.child(mine), there.child(theirs))
            case ast.FunctionDef():
                self._name(mine.name, theirs.name, here, there)
                self._function(mine, theirs, here, there)
                self._match_each(mine.body, theirs.body, here.child(mine), there.child(theirs))
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
                self._optional(mine.name, theirs.name, here, there)
                self._fields(mine, theirs, here, there, {"name"})
            case ast.MatchMapping():
                self._optional(mine.rest, theirs.rest, here, there)
                self._fields(mine, theirs, here, there, {"rest"})
            case ast.alias():
                if mine.name != theirs.name or (mine.asname is None) != (theirs.asname is None):
                    raise self._differs(mine, theirs)
                self._name(_bound_by(mine), _bound_by(theirs), here, there)
            case ast.AnnAssign():
                if not same(mine.annotation, theirs.annotation):
                    raise Objection("annotation", "the annotation of a variable differs", theirs.lineno)
                self._fields(mine, theirs, here, there, {"annotation"})
            case ast.AST():
                self._fields(mine, theirs, here, there)
            case list():
                self._match_each(mine, theirs, here, there)
            case _:
                if mine != theirs:
                    raise self._differs(mine, theirs)

    def _fields(
        self, mine: ast.AST, theirs: ast.AST, here: Scope, there: Scope, but: set[str] | frozenset[str] = frozenset()
    ) -> None:
        line = self._line
        for name, value in fields_of(mine):
            if name not in but:
                self._line = line
                try:
                    self._match(value, getattr(theirs, name, None), here, there)
                except _Plain as plain:
                    raise self._differs(mine, theirs) from plain

    def _match_each(self, mine: Any, theirs: Any, here: Scope, there: Scope) -> None:
        if not isinstance(mine, list):
            self._match(mine, theirs, here, there)
            return
        for one, other in zip(mine, theirs, strict=False):
            self._match(one, other, here, there)
        if len(mine) != len(theirs):
            raise _Plain("statement", "one has more parts than the other", self._line)

    def _comprehension(self, mine: Comprehension, theirs: Any, here: Scope, there: Scope) -> None:
        inner, other = self._enter(mine, theirs, here, there)
        if len(mine.generators) != len(theirs.generators):
            raise self._differs(mine, theirs)
        for number, (one, another) in enumerate(zip(mine.generators, theirs.generators, strict=True)):
            scopes = (inner, other) if number else (here, there)
            self._match(one.iter, another.iter, *scopes)
            self._match(one.target, another.target, inner, other)
            self._match(one.ifs, another.ifs, inner, other)
            if one.is_async != another.is_async:
                raise self._differs(mine, theirs)
        for name in ("key", "value", "elt"):
            if hasattr(mine, name):
                self._match(getattr(mine, name), getattr(theirs, name), inner, other)

    def _function(self, mine: ast.Lambda | ast.FunctionDef, theirs: Any, here: Scope, there: Scope) -> None:
        """All but the body. Arguments can be passed by name, so theirs are no matter of choice."""
        self._enter(mine, theirs, here, there)
        names, others = ([arg.arg for arg in all_arguments(node.args)] for node in (mine, theirs))
        generic, other_generic = (getattr(node, "type_params", []) for node in (mine, theirs))
        if names != others or _shape(mine) != _shape(theirs) or not same(generic, other_generic):
            raise self._differs(mine, theirs)
        self._match(outside(mine), outside(theirs), here, there)

    def _enter(self, mine: ast.AST, theirs: ast.AST, here: Scope, there: Scope) -> tuple[Scope, Scope]:
        inner, other = here.child(mine), there.child(theirs)
        self._scopes[id(inner)] = other
        return inner, other

    # -- names ------------------------------------------------------------------------------------------------------

    def _optional(self, mine: str | None, theirs: str | None, here: Scope, there: Scope) -> None:
        if mine is None or theirs is None:
            if mine is not theirs:
                raise Objection("name", "only one side binds a name", self._line)
        else:
            self._name(mine, theirs, here, there)

    def _name(self, mine: str, theirs: str, here: Scope, there: Scope) -> None:
        own, other = here.resolve(mine), there.resolve(theirs)
        if own.scope is None:
            if mine != theirs:
                raise Objection("name", f"{theirs} of the site is {mine} of the module in the helper", self._line)
            if other.scope is not None:
                raise Objection("live-in", f"{mine} is a variable, and is not passed", self._line)
            self.free.setdefault(mine, self._line)
            return
        known = self._variables.get(own)
        if known is not None:
            if known != other:
                raise Objection("name", f"{theirs} is {known.name} elsewhere, as {mine} of the helper", self._line)
            if other.scope is None:
                self.free.setdefault(other.name, self._line)
            return
        image = self._images.get(other)
        if image is not None:
            raise Objection("name", f"{theirs} is both {image.name} and {mine} of the helper", self._line)
        if other.scope is None or other.scope is not self._scopes.get(id(own.scope)):
            raise Objection("name", f"{theirs} is no variable of the site, as {mine} is of the helper", self._line)
        inner = isinstance(own.scope.node, (ast.Lambda, ast.FunctionDef)) and own.scope is not self._helper.scope
        if inner and mine != theirs:
            raise Objection("name", f"{theirs} of an inner function is {mine} in the helper", self._line)
        self._variables[own], self._images[other] = other, own

    def _stands_for_value(self, name: ast.Name, here: Scope) -> bool:
        return name.id in self._values and here.resolve(name.id).scope is self._helper.scope

    def _value(self, mine: ast.Name, theirs: Any, there: Scope) -> None:
        argument = self._values[mine.id]
        if not isinstance(theirs, ast.expr) or not same(argument, theirs):
            raise Objection("constant", f"{mine.id} of the helper stands for {ast.unparse(argument)}", self._line)
        for part in ast.walk(theirs):
            if isinstance(part, ast.Name) and there.resolve(part.id) != self._site.resolve(part.id):
                raise Objection("name", f"{part.id} is another variable here", self._line)
        self.replaced.setdefault(mine.id, []).append(theirs)

    def _differs(self, mine: Any, theirs: Any) -> Objection:
        if not isinstance(mine, ast.AST) or not isinstance(theirs, ast.AST):
            return _Plain("statement", f"{theirs!r} became {mine!r}", self._line)
        kinds = [_KINDS[type(node)] for node in (theirs, mine) if type(node) in _KINDS]
        kind = kinds[0] if kinds and not isinstance(mine, ast.stmt) else "statement"
        kind = "operator" if isinstance(mine, (ast.operator, ast.cmpop, ast.unaryop, ast.boolop)) else kind
        return Objection(kind, f"{_told(theirs)} became {_told(mine)}", self._line)


class _Plain(Objection):
    """A difference without a place of its own: whoever knows the node around it says which."""


def _told(node: ast.AST) -> str:
    try:
        text = " ".join(ast.unparse(node).split())
    except (AttributeError, ValueError, RecursionError):
        return type(node).__name__
    return text if 0 < len(text) <= 60 else f"{text[:57]}…" if text else type(node).__name__


def _bound_by(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _shape(node: ast.Lambda | ast.FunctionDef) -> tuple[object, ...]:
    """Where a function has decorators, arguments, defaults and annotations."""
    args = node.args
    return (
        len(getattr(node, "decorator_list", ())),
        getattr(node, "returns", None) is None,
        len(args.posonlyargs),
        len(args.args),
        len(args.kwonlyargs),
        args.vararg is not None,
        args.kwarg is not None,
        len(args.defaults),
        [default is not None for default in args.kw_defaults],
        [arg.annotation is not None for arg in all_arguments(args)],
    )
