"""The files of a project -> what some of them do to modules by name: compile classes with TorchScript, which takes no
module as a parameter, and replace names of modules in tests, which reaches only functions of that module.

Measured on torch 2.13: ``torch.jit.script`` takes helpers of tensors only, and methods of a base class.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_PATCHES = re.compile(rb"""(?:\bpatch|\bsetattr)\(\s*["']([A-Za-z_][\w.]*)["']""")
_SCRIPTS = re.compile(rb"jit\s*\.\s*script\b|import\s+[^\n]*\bscript\b")


@dataclass(frozen=True, slots=True)
class Mentions:
    """``scripted`` are names of classes, ``patched`` dotted names, with the module."""

    scripted: frozenset[str]
    patched: frozenset[str]


def mentions(contents: Iterable[bytes]) -> Mentions:
    """What the contents of all files of a project mention."""
    held = [data for data in contents if _SCRIPTS.search(data) or _PATCHES.search(data)]
    patched = frozenset(name.decode() for data in held for name in _PATCHES.findall(data))
    return Mentions(scripted_classes(held), patched)


def scripted_classes(contents: Iterable[bytes]) -> frozenset[str]:
    """The names of classes that are scripted by name: as decorated ones, or as an instance that the same scope makes.

    What is scripted as a variable of unknown origin, such as any model of a library, is not told.
    """
    return frozenset(name for data in contents if _SCRIPTS.search(data) for name in _in(data))


def _in(data: bytes) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    made: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    made.setdefault(target.id, set()).update(_called(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_is_script(one) for one in node.decorator_list):
            yield node.name
        if isinstance(node, ast.Call) and _is_script(node.func):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Name):
                    yield argument.id
                    yield from made.get(argument.id, ())
                elif isinstance(argument, ast.Call):
                    yield from _called(argument)


def _called(call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Name):
        yield function.id
    elif isinstance(function, ast.Attribute):
        yield function.attr
        if isinstance(function.value, ast.Call):  # Class(...).eval()
            yield from _called(function.value)


def _is_script(node: ast.expr) -> bool:
    """``torch.jit.script``, ``jit.script``, or ``script`` imported by itself."""
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and node.attr == "script" and ast.unparse(node.value).endswith("jit")
