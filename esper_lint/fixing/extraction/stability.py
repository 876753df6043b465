"""An attribute of self -> whether it is a plain value that the constructor sets and nothing in the file sets again."""

from __future__ import annotations

import ast
from functools import lru_cache

from esper_lint.fixing.extraction.sites import Site

_CASTS = frozenset(("int", "float", "bool", "max", "min", "abs", "round", "len"))
_PLAIN = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Attribute, ast.Call)


def is_stable(attribute: str, site: Site) -> bool:
    """Whether reading it when the helper is called gives what reading it later would, as far as the file tells."""
    return attribute in _stable_attributes(site.owner, site.source.tree)


@lru_cache(maxsize=256)
def _stable_attributes(owner: ast.ClassDef, tree: ast.Module) -> frozenset[str]:
    constructor = next((one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    if constructor is None:
        return frozenset()
    set_here: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(constructor):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute):
                    set_here.setdefault(target.attr, []).append(node.value)
    inside = {id(node) for node in ast.walk(constructor)}
    set_elsewhere = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and id(node) not in inside
    }
    methods = {one.name for one in owner.body if isinstance(one, ast.FunctionDef)}
    return (
        frozenset(
            name for name, found in set_here.items() if len(found) == 1 and found[0] is not None and _is_plain(found[0])
        )
        - set_elsewhere
        - methods
    )


def _is_plain(value: ast.expr) -> bool:
    """A number, a flag or a string as far as its text tells; no module, no parameter and nothing with parts."""
    for node in ast.walk(value):
        if isinstance(node, ast.expr) and not isinstance(node, _PLAIN):
            return False
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _CASTS):
            return False
    return True
