"""Why classes cannot have a common base, whatever they hold: what their headers, and the file around them, say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import libcst as cst

from esper_lint.fixing.merging.bindings import dotted, evaluated
from esper_lint.fixing.merging.parts import names_of
from esper_lint.fixing.merging.source import ClassCode, Source, comments_in
from esper_lint.fixing.merging.surroundings import Surroundings
from esper_lint.fixing.merging.values import Unmergeable

_MAKES_INIT = re.compile(r"(?:\w+\.)*(?:dataclass|dataclass_transform|attrs|define|frozen|mutable|s|attrib)")
_GAP = re.compile(r"#\s*(?:esper:|Ignore copy\b|End copy\b)", re.IGNORECASE)
_CONTRACT = re.compile(rf"{_GAP.pattern}|#\s*Copied from\b", re.IGNORECASE)
_FRAMES = frozenset({"locals", "vars", "exec", "eval", "dir"})


def obstacle(source: Source, surroundings: Surroundings) -> Unmergeable | None:
    """The first reason that there is."""
    return next(_obstacles(source, surroundings), None)


def _obstacles(source: Source, surroundings: Surroundings) -> Iterator[Unmergeable]:
    first = source.classes[0].tree
    for one in source.classes:
        yield from _of_place(one, source)
        yield from _of_header(one, first)
        yield from _of_body(one)
    for expression in (*first.bases, *(keyword.value for keyword in first.keywords)):
        found = surroundings.obstacle_at_definition([expression])
        if found is not None:
            yield found
    yield from _of_others(source)


def _of_place(one: ClassCode, source: Source) -> Iterator[Unmergeable]:
    for other in source.classes:
        if other is not one and one.tree.lineno <= other.tree.lineno <= (one.tree.end_lineno or 0):
            yield Unmergeable("FX-OVERLAP", other.tree.lineno, f"`{other.tree.name}` stands in `{one.tree.name}`")


def _of_header(one: ClassCode, first: ast.ClassDef) -> Iterator[Unmergeable]:
    line, name = one.tree.lineno, one.tree.name
    for field, said in (("bases", "bases"), ("keywords", "class arguments"), ("decorator_list", "decorators")):
        if list(map(ast.dump, getattr(one.tree, field))) != list(map(ast.dump, getattr(first, field))):
            yield Unmergeable("FX-NO-BENEFIT", line, f"`{name}` and `{first.name}` have different {said}")
    if getattr(one.tree, "type_params", None) or not all(map(dotted, one.tree.bases)):
        yield Unmergeable("FX-EFFECT-ORDER", line, f"the bases of `{name}` are not mere names")
    for keyword in one.tree.keywords:
        if keyword.arg != "metaclass" or not dotted(keyword.value):
            yield Unmergeable("FX-INIT", line, f"`{keyword.arg or '**'}` is an argument of what makes `{name}`")
    for decorator in one.tree.decorator_list:
        text = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if _is_script(text):
            yield Unmergeable("FX-SCRIPT", decorator.lineno, "torch.jit.script takes no class with a base")
        elif _MAKES_INIT.fullmatch(text):
            yield Unmergeable("FX-INIT", decorator.lineno, f"`@{text}` makes the constructor out of the body")
    header = (one.code.lpar, *one.code.bases, *one.code.keywords, one.code.rpar)
    if any(comment for part in header if isinstance(part, cst.CSTNode) for comment in comments_in(part)):
        yield Unmergeable("FX-COMMENT", line, "a comment stands among the bases")
    above = (comment for row in one.code.leading_lines for comment in comments_in(row))
    held = next(filter(_CONTRACT.match, above), None) or next(filter(_GAP.match, comments_in(one.code)), None)
    if held is not None:
        yield Unmergeable("FX-CONTRACT", line, f"`{held}` holds `{name}` in lock-step with another class")


def _of_body(one: ClassCode) -> Iterator[Unmergeable]:
    for statement in one.statements:
        if "__slots__" in names_of(statement):
            yield Unmergeable("FX-INIT", statement.line, "`__slots__` decide how the instances are laid out")
        for node in statement.nodes:
            for expression in evaluated(node, annotations=False):
                for call in ast.walk(expression):
                    if isinstance(call, ast.Call) and dotted(call.func) in _FRAMES:
                        why = f"`{dotted(call.func)}()` sees what the body of the class has bound"
                        yield Unmergeable("FX-FRAME", call.lineno, why)


def _of_others(source: Source) -> Iterator[Unmergeable]:
    own = frozenset(one.tree.name for one in source.classes)
    bases = frozenset(dotted(base) for base in source.classes[0].tree.bases)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _is_script(dotted(node.func)) and node.args and dotted(node.args[0]) in own:
            yield Unmergeable("FX-SCRIPT", node.lineno, "torch.jit.script takes no class with a base")
        if _looks_into(node, own):
            why = f"`{ast.unparse(node)}` tells what a class has from what it inherits"
            yield Unmergeable("FX-FRAME", getattr(node, "lineno", 1), why)
        if not isinstance(node, ast.ClassDef):
            continue
        if len(own.intersection(map(dotted, node.bases))) > 1:
            why = f"`{node.name}` derives from several of them, and would look up their methods in another order"
            yield Unmergeable("FX-SUPER", node.lineno, why)
        if node.name in bases and any(getattr(inner, "name", "") == "__init_subclass__" for inner in node.body):
            yield Unmergeable("FX-INIT", node.lineno, f"`{node.name}` is told of each class that derives from it")


def _looks_into(node: ast.AST, own: frozenset[str]) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node.func) == "vars" and bool(node.args) and dotted(node.args[0]) in own
    if isinstance(node, ast.Attribute) and dotted(node.value) in own:
        return isinstance(node.ctx, ast.Del) or node.attr in ("__dict__", "__bases__", "__annotations__")
    return False


def _is_script(name: str) -> bool:
    return name == "script" or name.endswith("jit.script")
