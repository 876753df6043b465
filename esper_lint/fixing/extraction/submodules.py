"""A call in a forward -> the definitions that it may reach, as far as the file shows them: methods of the class and of
its bases, the forwards of submodules that its constructor makes, functions of the file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.fixing.extraction.module_names import BUILTINS
from esper_lint.fixing.extraction.sites import Site

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_LIBRARIES = frozenset(("torch", "torchvision")) | sys.stdlib_module_names
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Target:
    """What a call may run: a definition and, for a method, the class of its ``self``."""

    function: _Function
    owner: ast.ClassDef | None


@dataclass(frozen=True, slots=True)
class Called:
    """``text`` is what is called; ``is_known`` tells that it is one of ``targets``, or of torch or Python."""

    line: int
    text: str
    targets: tuple[Target, ...]
    is_known: bool


@dataclass(frozen=True, slots=True)
class _File:
    classes: Mapping[str, Sequence[ast.ClassDef]]
    functions: Mapping[str, _Function]
    libraries: frozenset[str]


def calls_in(node: ast.AST, caller: Target, tree: ast.Module) -> Iterator[Called]:
    """Every call in a statement or a definition whose ``self`` is of the caller's class."""
    file = _file(tree)
    self_name = _first_parameter(caller.function)
    loops = _loop_variables(caller.function, self_name)
    for one in ast.walk(node):
        if not isinstance(one, ast.Call):
            continue
        attributes = _attributes_called(one.func, self_name, loops)
        if attributes is not None and caller.owner is not None:
            found = [_of_attribute(name, caller.owner, file) for name in attributes]
            targets = tuple(target for some, _ in found for target in some)
            yield Called(one.lineno, ast.unparse(one.func), targets, all(is_known for _, is_known in found))
        elif isinstance(one.func, ast.Name) and one.func.id in file.functions:
            yield Called(one.lineno, one.func.id, (Target(file.functions[one.func.id], None),), True)
        elif isinstance(one.func, ast.Name):
            name = one.func.id
            yield Called(one.lineno, name, (), name in BUILTINS or name in file.libraries or name in file.classes)


def target_of(site: Site) -> Target:
    return Target(site.function, site.owner)


def _attributes_called(
    function: ast.expr, self_name: str, loops: Mapping[str, frozenset[str]]
) -> frozenset[str] | None:
    """The attributes of self that a callee is, an item of, or taken from by a loop; None for anything else."""
    while isinstance(function, ast.Subscript):
        function = function.value
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == self_name:
        return frozenset((function.attr,))
    return loops.get(function.id) if isinstance(function, ast.Name) else None


@lru_cache(maxsize=1024)
def _loop_variables(function: _Function, self_name: str) -> dict[str, frozenset[str]]:
    """The variables of loops over attributes of self."""
    found: dict[str, frozenset[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, (ast.For, ast.comprehension)):
            attributes = frozenset(
                one.attr
                for one in ast.walk(node.iter)
                if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == self_name
            )
            for name in ast.walk(node.target) if attributes else ():
                if isinstance(name, ast.Name):
                    found[name.id] = found.get(name.id, frozenset()) | attributes
    return found


def _of_attribute(attribute: str, owner: ast.ClassDef, file: _File) -> tuple[list[Target], bool]:
    """What calling an attribute of self may run, and whether that is all."""
    method = _method(owner, attribute, file)
    if method is not None:
        return [Target(method, owner)], True
    value = _assigned(owner, attribute, file)
    if value is None:
        return [], False
    named = [one.id for one in ast.walk(value) if isinstance(one, ast.Name)]
    targets = [
        Target(forward, kind)
        for name in dict.fromkeys(named)
        for kind in file.classes.get(name, ())
        if (forward := _method(kind, "forward", file)) is not None
    ]
    makers = [one.func for one in ast.walk(value) if isinstance(one, ast.Call)]
    return targets, bool(makers) and all(_is_known_maker(maker, file) for maker in makers)


def _is_known_maker(maker: ast.expr, file: _File) -> bool:
    root = maker
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    if isinstance(maker, ast.Name):
        return root.id in file.classes or root.id in file.libraries or root.id in BUILTINS
    return root.id in file.libraries


def _method(owner: ast.ClassDef, name: str, file: _File, depth: int = _DEPTH) -> _Function | None:
    """A method of a class, or of the first of its bases in the file that has it."""
    for one in owner.body:
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == name:
            return one
    return next((found for base in _bases(owner, file, depth) if (found := _method(base, name, file, depth - 1))), None)


def _assigned(owner: ast.ClassDef, attribute: str, file: _File, depth: int = _DEPTH) -> ast.expr | None:
    """The value in ``self.attribute = value`` of the constructor, or of that of a base in the file."""
    constructor = next((one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    for node in ast.walk(constructor) if constructor else ():
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute) and target.attr == attribute:
                    return node.value
    bases = _bases(owner, file, depth)
    return next((found for base in bases if (found := _assigned(base, attribute, file, depth - 1)) is not None), None)


def _bases(owner: ast.ClassDef, file: _File, depth: int) -> Iterator[ast.ClassDef]:
    for base in owner.bases if depth else ():
        if isinstance(base, ast.Name):
            yield from (one for one in file.classes.get(base.id, ()) if one is not owner)


@lru_cache(maxsize=64)
def _file(tree: ast.Module) -> _File:
    classes: dict[str, list[ast.ClassDef]] = {}
    libraries = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            classes.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Import):
            names = (alias for alias in node.names if alias.name.partition(".")[0] in _LIBRARIES)
            libraries |= {alias.asname or alias.name.partition(".")[0] for alias in names}
        elif (
            isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] in _LIBRARIES
        ):
            libraries |= {alias.asname or alias.name for alias in node.names}
    functions = {one.name: one for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return _File(classes, functions, frozenset(libraries))


def _first_parameter(function: _Function) -> str:
    parameters = [*function.args.posonlyargs, *function.args.args]
    return parameters[0].arg if parameters else ""
