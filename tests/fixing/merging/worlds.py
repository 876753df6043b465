"""Running what is merged, with a torch that has modules without tensors."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

from esper_lint.fixing.merging.merge import merged
from esper_lint.fixing.merging.values import ClassSite, Merge, Unmergeable


class _Module:
    training = True

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self.arguments = arguments

    def __call__(self, x: Any) -> Any:
        return self.forward(x)

    def forward(self, x: Any) -> Any:
        return x


def run(text: str, **names: Any) -> dict[str, Any]:
    """What a module of that text defines; ``names`` are there before it runs."""
    torch, nn = types.ModuleType("torch"), types.ModuleType("torch.nn")
    vars(nn).update(Module=_Module, Linear=_Module, LayerNorm=_Module, GELU=_Module)
    vars(torch).update(nn=nn, Tensor=object, no_grad=_no_grad)
    world = {"__name__": "world", **names}
    with patch.dict(sys.modules, {"torch": torch, "torch.nn": nn}):
        exec(compile(text, "<world>", "exec"), world)
    return world


def _no_grad() -> Any:
    return lambda function: function


def sites(text: str, names: Iterable[str] = ()) -> list[ClassSite]:
    """The classes of a text, or those of these names, with their qualified names."""
    found: list[ClassSite] = []

    def visit(node: ast.AST, scope: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            if isinstance(child, (ast.ClassDef, ast.FunctionDef)):
                inner = (*scope, child.name)
            if isinstance(child, ast.ClassDef) and (not names or child.name in names):
                found.append(ClassSite(".".join(inner), child.lineno))
            visit(child, inner)

    visit(ast.parse(text), ())
    return found


def merge(text: str, *names: str, base_name: str = "") -> Merge:
    """Merge all classes of a text, or those; it must be possible."""
    found = merged(text, sites(text, names), base_name)
    assert isinstance(found, Merge), found
    return found


def refusal(text: str, *names: str, base_name: str = "") -> Unmergeable:
    found = merged(text, sites(text, names), base_name)
    assert isinstance(found, Unmergeable), found.after
    return found


def source_of(text: str, function: Any) -> str:
    """The method as the text has it, but for its indentation, layout and comments."""
    line = function.__code__.co_firstlineno
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)) and line in (node.lineno, *_decorated(node)):
            return ast.dump(node)
    raise AssertionError(f"no function on line {line}")


def _decorated(node: ast.AST) -> list[int]:
    return [decorator.lineno for decorator in getattr(node, "decorator_list", ())]


def members(text: str, one: type) -> dict[str, Any]:
    """All attributes of a class, functions by what the text says of them."""
    found = {}
    for name in dir(one):
        value = getattr(one, name)
        parts = [getattr(value, part, None) for part in ("fget", "fset", "__func__")] + [value]
        functions = [part for part in parts if isinstance(part, types.FunctionType)]
        if functions and functions[0].__module__ == "world":
            found[name] = [source_of(text, function) for function in functions]
        elif name not in _OF_THE_CLASS:
            found[name] = value
    return found


# Bound to the class itself; and, from Python 3.13 on, where it stands and what its own body sets.
_OF_THE_CLASS = frozenset(
    {"__dict__", "__weakref__", "__firstlineno__", "__static_attributes__", "__annotations__", "__subclasshook__"}
    | {"__init_subclass__", "__dir__", "__class__", "__annotate__", "__annotate_func__", "__annotations_cache__"}
    | {"__classdictcell__", "__reduce__", "__reduce_ex__", "__sizeof__", "__format__"}
)
