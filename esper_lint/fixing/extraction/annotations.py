"""A run and the signatures of its sites -> the annotations of its helper, if the sites have any.

A name keeps the type that its forward declares for it, as long as nothing before the run may have narrowed it; what is
not known is ``Any``, and so is the module: ``nn.Module`` would fail at every submodule that is called.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from esper_lint.fixing.extraction.choosing import Run
from esper_lint.fixing.extraction.flow import bound_within, statements_of
from esper_lint.fixing.extraction.module_names import BUILTINS
from esper_lint.fixing.extraction.shapes import Value
from esper_lint.fixing.extraction.sites import Site

ANY = "Any"

_IN_EVERY_TORCH = frozenset({"torch.Tensor", "torch.nn.Module", "nn.Module"})
_GENERIC = frozenset({"Optional", "Union", "Tuple", "List", "Dict", "Set", "Sequence", "dict", "list", "set", "tuple"})


@dataclass(frozen=True, slots=True)
class Annotations:
    """Texts, in the order of the interface; ``values`` those of the parameters that stand for differing values, and
    ``module`` that of the module, if it is one of them."""

    module: tuple[str, ...]
    ins: tuple[str, ...]
    values: tuple[str, ...]
    result: str

    @property
    def texts(self) -> tuple[str, ...]:
        return (*self.module, *self.ins, *self.values, self.result)

    @property
    def says_any(self) -> bool:
        return any(re.search(rf"\b{ANY}\b", text) for text in self.texts)


_Usable = Callable[[ast.expr, Sequence[Site]], bool]


def annotations_of(run: Run, sites: Sequence[Site], is_usable: _Usable | None = None) -> Annotations | None:
    """None where no site annotates anything: its type checker does not look into such functions.

    ``is_usable`` tells whether an annotation of a site can be the helper's; by default, one in the same file.
    """
    is_usable = is_usable or _is_usable
    if not any(_is_annotated(site) for site in sites):
        return None
    found = run.interface
    if found.returns:
        results = {_text(site.function.returns) for site in sites}
        only = results.pop() if len(results) == 1 else ""
        returns = sites[0].function.returns
        result = only if only and returns and is_usable(returns, sites) else ANY
    else:
        outs = [_of_out(name, run, sites, is_usable) for name in found.outs]
        result = "None" if not outs else outs[0] if len(outs) == 1 else f"tuple[{', '.join(outs)}]"
    return Annotations(
        (ANY,) * found.uses_self,
        tuple(_of_in(name, run, sites, is_usable) for name in found.ins),
        tuple(_of_value(row) for row in found.values),
        result,
    )


def _is_annotated(site: Site) -> bool:
    arguments = site.function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return site.function.returns is not None or any(one.annotation for one in every)


def _of_in(name: str, run: Run, sites: Sequence[Site], is_usable: _Usable) -> str:
    found = set()
    for site, renaming in zip(sites, run.stretch.renamings, strict=True):
        mine = renaming.get(name, name)
        arguments = [*site.function.args.posonlyargs, *site.function.args.args, *site.function.args.kwonlyargs]
        declared = next((one.annotation for one in arguments if one.arg == mine), None)
        if declared is None and _is_size(mine, site):
            found.add("int")
            continue
        if declared is None or not is_usable(declared, sites):
            return ANY
        found.add(ast.unparse(declared))
    text = found.pop()
    at_start = run.columns[0].statements[0] is sites[0].body[0]
    return text if not found and (at_start or not _may_narrow(text)) else ANY


def _is_size(name: str, site: Site) -> bool:
    """Whether a name is bound to nothing but sizes of tensors: by ``a, b = x.shape``, ``x.size(0)`` and the like."""
    found = [
        statement
        for statement in statements_of(site.function.body)
        if name in bound_within([statement])
        and not isinstance(statement, (ast.If, ast.With, ast.For, ast.While, ast.Try))
    ]
    return bool(found) and all(isinstance(one, ast.Assign) and _gives_size(one, name) for one in found)


def _gives_size(statement: ast.Assign, name: str) -> bool:
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and all(isinstance(one, ast.Name) for one in target.elts):
        return _is_shape(value)
    if isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Slice):
        return _is_shape(value.value)
    called = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "size"
    return called and isinstance(target, ast.Name) and bool(value.args)  # type: ignore[attr-defined]


def _is_shape(value: ast.expr) -> bool:
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        value = value.value
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr == "size" and not value.args
    return isinstance(value, ast.Attribute) and value.attr == "shape"


def _of_out(name: str, run: Run, sites: Sequence[Site], is_usable: _Usable) -> str:
    for column in run.columns:
        for statement in statements_of(column.statements[:1]):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and statement.target.id == name
                and is_usable(statement.annotation, sites)
            ):
                return ast.unparse(statement.annotation)
    return ANY


def _of_value(row: Sequence[Value]) -> str:
    types = set()
    for value in row:
        try:
            types.add(type(ast.literal_eval(value.node)).__name__)
        except ValueError:
            return ANY
    if types == {"int", "float"}:
        return "float"
    only = types.pop()
    return only if not types and only in ("int", "float", "bool", "str") else ANY


def _may_narrow(text: str) -> bool:
    return any(word in text for word in ("Optional", "Union", "|", "None", "object"))


def _is_usable(annotation: ast.expr, sites: Sequence[Site]) -> bool:
    """Whether an annotation means the same at the helper's place, above the first site, as in the sites."""
    if annotation is None or any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(annotation)
    ):
        return False
    if not (_never_fails(annotation) or all(_is_always_made(site) for site in sites)):
        return False
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    for site in sites:
        module = site.source.names
        if any(name in site.closure for name in names):
            return False
        top = min(one.top for one in sites if one.source is site.source)
        if not all(module.is_bound_before(name, top) or name in BUILTINS for name in names):
            return False
    return True


def _never_fails(node: ast.expr) -> bool:
    """Whether it can be evaluated wherever its names are bound; ``torch.float8_e5m2`` is not in every torch."""
    match node:
        case ast.Name() | ast.Constant(value=None):
            return True
        case ast.Attribute():
            return ast.unparse(node) in _IN_EVERY_TORCH
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _GENERIC:
            return all(map(_never_fails, inner.elts if isinstance(inner, ast.Tuple) else [inner]))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _never_fails(left) and _never_fails(right)
    return False


def _is_always_made(site: Site) -> bool:
    """Whether the import of its file makes the class, and so evaluates its annotations, on every way."""
    return site.source.tree.body[site.top] is site.owner


def _text(annotation: ast.expr | None) -> str:
    return "" if annotation is None else ast.unparse(annotation)
