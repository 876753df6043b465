"""A statement -> its shape: what must be equal at two sites for one helper to stand for both, apart from it the local
names, which a helper renames, and the values, which it can be given.

Attribute names are part of the shape: they are keys of the state dict and never renamed.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from esper_lint.fixing.extraction.flow import statements_of
from esper_lint.fixing.extraction.sites import Site

_TAKE_NAMES = frozenset(("getattr", "setattr", "hasattr", "delattr", "register_buffer", "register_parameter"))
_OPAQUE = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LITERAL = (ast.pattern, ast.match_case, ast.JoinedStr, ast.FormattedValue)


@dataclass(frozen=True, slots=True)
class Value:
    """A constant, a global name or an attribute of self that a helper could be given instead.

    ``kind`` is ``constant``, ``name`` or ``attribute``; ``hint`` the keyword that it is the value of, if any.
    """

    kind: str
    text: str
    node: ast.expr
    hint: str


@dataclass(frozen=True, slots=True)
class Shape:
    """``names`` and ``values`` come in the order of the text; ``nodes`` counts the nodes of the syntax tree."""

    key: tuple[object, ...]
    names: tuple[str, ...]
    values: tuple[Value, ...]
    nodes: int
    statements: int


@lru_cache(maxsize=8192)
def shape_of(statement: ast.stmt, site: Site, *, with_attributes: bool = True) -> Shape:
    """``with_attributes`` takes attributes of self for values where they are not called, indexed or looked into."""
    writer = _Writer(site, with_attributes)
    writer.write(statement)
    return Shape(
        tuple(writer.key),
        tuple(writer.names),
        tuple(writer.values),
        size_of(statement),
        len(list(statements_of([statement]))),
    )


def size_of(node: ast.AST) -> int:
    """The nodes of a syntax tree, contexts and operators aside."""
    return sum(not isinstance(one, (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop)) for one in ast.walk(node))


def is_constant(node: ast.expr) -> bool:
    """A literal, or a negative number."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
        return isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return isinstance(node, ast.Constant) and node.value is not ...


@dataclass
class _Writer:
    site: Site
    with_attributes: bool
    key: list[object] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    def write(self, node: ast.AST, hint: str = "", *, is_fixed: bool = False) -> None:
        """``is_fixed`` forbids a value here: what stands here is part of the shape."""
        if isinstance(node, ast.expr) and is_constant(node):
            if is_fixed:
                self.key.append(ast.dump(node))
            else:
                self._value("constant", node, hint)
        elif isinstance(node, ast.Name):
            self._name(node, hint, is_fixed=is_fixed)
        elif isinstance(node, ast.Attribute):
            self._attribute(node, hint, is_fixed=is_fixed)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, _OPAQUE):
            self.key.append(ast.dump(node))
        elif isinstance(node, ast.keyword):
            self.key += ["keyword", node.arg]
            self.write(node.value, node.arg or "")
        elif isinstance(node, ast.AnnAssign):
            self.key += ["AnnAssign", ast.unparse(node.annotation), node.simple]
            self.write(node.target)
            if node.value is not None:
                self.write(node.value)
        elif isinstance(node, ast.Subscript):
            self.key += ["Subscript", type(node.ctx).__name__]
            self.write(node.value, is_fixed=True)
            self.write(node.slice)
        else:
            self._generic(node, is_fixed=isinstance(node, _LITERAL))

    def _generic(self, node: ast.AST, *, is_fixed: bool = False) -> None:
        self.key.append(type(node).__name__)
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                self.write(value, is_fixed=is_fixed)
            elif isinstance(value, list):
                self.key.append(len(value))
                for item in value:
                    if isinstance(item, ast.AST):
                        self.write(item, is_fixed=is_fixed)
                    else:
                        self.key.append(item)
            elif name in ("name", "rest", "asname") and value is not None and not isinstance(node, ast.alias):
                self._local(value)
            else:
                self.key.append(value)

    def _name(self, node: ast.Name, hint: str, *, is_fixed: bool) -> None:
        kind = self.site.kind_of(node.id)
        if node.id == self.site.self_name:
            self.key.append(("self",))
        elif kind != "global":
            self._local(node.id)
        elif is_fixed or isinstance(node.ctx, ast.Store) or not self.site.source.names.is_value(node.id):
            self.key.append(("global", node.id))
        else:
            self._value("name", node, hint)

    def _attribute(self, node: ast.Attribute, hint: str, *, is_fixed: bool) -> None:
        of_self = isinstance(node.value, ast.Name) and node.value.id == self.site.self_name
        if self.with_attributes and of_self and not is_fixed and isinstance(node.ctx, ast.Load):
            self._value("attribute", node, hint or node.attr)
            return
        self.key += [("attribute" if of_self else "member", node.attr), type(node.ctx).__name__]
        # A helper is given values, not modules or classes to look things up in.
        self.write(node.value, is_fixed=True)

    def _call(self, node: ast.Call) -> None:
        self.key += ["Call", len(node.args), len(node.keywords)]
        self.write(node.func, is_fixed=True)
        takes_names = (
            isinstance(node.func, (ast.Name, ast.Attribute))
            and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) in _TAKE_NAMES
        )
        for argument in (*node.args, *node.keywords):
            self.write(argument, is_fixed=takes_names)

    def _local(self, name: str) -> None:
        self.key.append(("local",))
        self.names.append(name)

    def _value(self, kind: str, node: ast.expr, hint: str) -> None:
        self.key.append(("value",))
        self.values.append(Value(kind, ast.unparse(node), node, hint))


def values_differ(shapes: Sequence[Shape]) -> list[tuple[Value, ...]]:
    """The places where shapes of one key hold different values, each with one value per shape."""
    rows = zip(*(shape.values for shape in shapes), strict=True)
    return [row for row in rows if len({(value.kind == "constant", value.text) for value in row}) > 1]
