"""An attribute of self -> whether it is a plain value that the constructor sets and nothing in the file sets again, or
what sets or changes it.

Only what the file says is seen; what remains is an obligation of the certificate.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.sites import Site

_CASTS = frozenset(("int", "float", "bool", "max", "min", "abs", "round", "len"))
_PLAIN = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Attribute, ast.Call)
_MUTATORS = frozenset(
    (
        "append",
        "extend",
        "insert",
        "pop",
        "remove",
        "clear",
        "update",
        "setdefault",
        "popitem",
        "sort",
        "reverse",
        "add",
    )
)


@dataclass(frozen=True, slots=True)
class _Attributes:
    """``plain`` are the values that the constructor sets once; the others are names with the first line that sets, or
    changes, what is called so."""

    plain: frozenset[str]
    written: Mapping[str, int]
    mutated: Mapping[str, int]


def is_stable(attribute: str, site: Site) -> bool:
    """Whether reading it when the helper is called gives what reading it later would, as far as the file tells."""
    found = _attributes(site.owner, site.source.tree)
    return attribute in found.plain and attribute not in found.written and attribute not in found.mutated


def is_set_up(attribute: str, site: Site) -> bool:
    """Whether the constructor sets it once, and to a plain value."""
    return attribute in _attributes(site.owner, site.source.tree).plain


def change_of(attribute: str, site: Site) -> Hazard | None:
    """Where an attribute is set again, or changed in place."""
    found = _attributes(site.owner, site.source.tree)
    if attribute in found.written:
        message = f"`{attribute}` is set again here, so it may be another value when a helper reads it"
        return Hazard("FX-STATE-WRITE", site.source.path, found.written[attribute], message)
    if attribute in found.mutated:
        message = f"`{attribute}` is changed in place here, so it is no plain value to give to a helper"
        return Hazard("FX-ALIAS", site.source.path, found.mutated[attribute], message)
    return None


@lru_cache(maxsize=256)
def _attributes(owner: ast.ClassDef, tree: ast.Module) -> _Attributes:
    constructor = next((one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    if constructor is None:
        return _Attributes(frozenset(), {}, {})
    set_here: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(constructor):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute):
                    set_here.setdefault(target.attr, []).append(node.value)
    methods = {one.name for one in owner.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))}
    once = {name: found[0] for name, found in set_here.items() if len(found) == 1}
    plain = {name for name, value in once.items() if value is not None and _is_plain(value)}
    related = _related(owner.name, tree)
    written: dict[str, int] = {}
    mutated: dict[str, int] = {}
    for change in _changes(tree):
        if change.function is not constructor and (change.of_class == "" or change.of_class in related):
            (written if change.is_write else mutated).setdefault(change.attribute, change.line)
    return _Attributes(frozenset(plain - methods), written, mutated)


@dataclass(frozen=True, slots=True)
class _Change:
    """An attribute that is set, or changed in place.

    ``of_class`` names the class if it is an attribute of the ``self`` of a method, the ``function``.
    """

    attribute: str
    line: int
    is_write: bool
    of_class: str
    function: ast.FunctionDef | None


@lru_cache(maxsize=32)
def _changes(tree: ast.Module) -> tuple[_Change, ...]:
    return tuple(_changes_in(tree, None, None))


def _changes_in(
    node: ast.AST, owner: ast.ClassDef | None, method: tuple[ast.ClassDef, ast.FunctionDef] | None
) -> Iterator[_Change]:
    if isinstance(node, ast.ClassDef):
        owner, method = node, None
    elif isinstance(node, ast.FunctionDef) and owner is not None and method is None:
        method = (owner, node)
        owner = None
    elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        yield _change(node, method, is_write=True)
    if (changed := _mutated(node)) is not None:
        yield _change(changed, method, is_write=False)
    for child in ast.iter_child_nodes(node):
        yield from _changes_in(child, owner, method)


def _change(node: ast.Attribute, method: tuple[ast.ClassDef, ast.FunctionDef] | None, *, is_write: bool) -> _Change:
    of_class = ""
    if method is not None and method[1].args.args:
        is_own = isinstance(node.value, ast.Name) and node.value.id == method[1].args.args[0].arg
        of_class = method[0].name if is_own else ""
    return _Change(node.attr, node.lineno, is_write, of_class, method[1] if method else None)


def _related(name: str, tree: ast.Module) -> set[str]:
    """The classes of the file that derive from a class or the other way round, by name."""
    bases = _bases(tree)
    related = {name}
    while True:
        more = {one for one, above in bases.items() if above & related}
        more |= {base for one in related for base in bases.get(one, ()) if base in bases}
        if more <= related:
            return related
        related |= more


@lru_cache(maxsize=32)
def _bases(tree: ast.Module) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, set()).update(_last(base) for base in node.bases)
    return found


def _mutated(node: ast.AST) -> ast.Attribute | None:
    """The attribute that a node changes in place, by torch's convention or as an item or a part of it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = node.func.attr
        in_place = name in _MUTATORS or (name.endswith("_") and not name.endswith("__"))
        return _attribute_in(node.func.value) if in_place else None
    if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
        return _attribute_in(node.value)
    return None


def _attribute_in(node: ast.expr) -> ast.Attribute | None:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node if isinstance(node, ast.Attribute) else None


def _last(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""


def _is_plain(value: ast.expr) -> bool:
    """A number, a flag or a string as far as its text tells; no module, no parameter and nothing with parts."""
    for node in ast.walk(value):
        if isinstance(node, ast.expr) and not isinstance(node, _PLAIN):
            return False
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _CASTS):
            return False
    return True
