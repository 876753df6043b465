"""Why a part of the classes cannot be moved to a base class, whatever else is: the hazards that lie in its own text."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import TypeGuard

from esper_lint.fixing.merging.bindings import FUNCTIONS, dotted, evaluated
from esper_lint.fixing.merging.parts import Part, Shared
from esper_lint.fixing.merging.source import comments_in
from esper_lint.fixing.merging.surroundings import Surroundings
from esper_lint.fixing.merging.values import Unmergeable

# What these make of a method depends on neither the class nor the name by which it is known.
_DECORATORS = re.compile(
    r"(?:\w+\.)*(?:property|staticmethod|classmethod|abstractmethod|cached_property|overload|override|no_grad|enable_grad"
    r"|inference_mode|jit\.(?:ignore|export|unused)|autocast|custom_fwd|custom_bwd|setter|getter|deleter)"
)
_OF_THE_CLASS = frozenset({"__doc__", "__module__", "__qualname__", "__init_subclass__", "__class_getitem__"})
_SPANNING = re.compile(r"#\s*(?:fmt|yapf|ruff|pylint|isort|mypy|pyright)\s*:(?!\s*skip)", re.IGNORECASE)
_CONSTANTS = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator)


def hazard(part: Shared, own: frozenset[str], surroundings: Surroundings, *, annotations: bool) -> Unmergeable | None:
    """The first hazard of a part; ``own`` are the names of the classes themselves."""
    for copy in part.copies:
        for statement in copy.statements:
            for node in statement.nodes:
                found = (
                    _of_names(node, part, own)
                    or _of_kind(node)
                    or surroundings.obstacle_at_definition(evaluated(node, annotations=annotations), part.names)
                    or (surroundings.obstacle_in_body(node) if isinstance(node, FUNCTIONS) else None)
                )
                if found is not None:
                    return found
    return _of_comments(part)


def supers(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What each mention of ``super`` looks up, with the mention; ``""`` where that does not show."""
    seen = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and _is_super(one.value):
            seen.add(one.value.func)
            yield one.attr, one.value
        elif isinstance(one, ast.Name) and one.id == "super" and one not in seen:
            yield "", one


def _is_super(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _of_names(node: ast.stmt, part: Shared, own: frozenset[str]) -> Unmergeable | None:
    said = sorted(part.names & _OF_THE_CLASS)
    if said:
        return Unmergeable("FX-INIT", node.lineno, f"`{said[0]}` is of the class that it stands in")
    for one in ast.walk(node):
        line = getattr(one, "lineno", node.lineno)
        mangled = next(filter(_is_mangled, _identifiers(one)), "")
        if mangled:
            return Unmergeable("FX-MANGLE", line, f"`{mangled}` is mangled with the name of the class")
        if isinstance(one, ast.Name) and (one.id == "__class__" or one.id in own):
            return Unmergeable("FX-SUPER", line, f"`{one.id}` names the class itself")
    for name, mention in supers(node):
        if not name or not isinstance(mention, ast.Call) or mention.args:
            return Unmergeable("FX-SUPER", mention.lineno, f"`{ast.unparse(mention)}` means the class itself")
    return None


def _identifiers(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Constant):
        for _, value in ast.iter_fields(node):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    yield one


def _is_mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


# -- what runs once for the base, and ran once for each class ---------------------------------------------------------


def _of_kind(node: ast.stmt) -> Unmergeable | None:
    once = Unmergeable("FX-EFFECT-ORDER", node.lineno, "the statement runs once for each class")
    if isinstance(node, FUNCTIONS):
        return once if getattr(node, "type_params", None) else _of_method(node)
    if isinstance(node, ast.Assign) and all(isinstance(one, ast.Name) for one in node.targets):
        return _of_value(node.value)
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        calls = [one for one in ast.walk(node.annotation) if isinstance(one, ast.Call)]
        if calls:
            return once
        return _of_value(node.value) if node.value else None
    return once


def _of_method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Unmergeable | None:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = dotted(call.func if call else decorator)
        values = [*call.args, *(one.value for one in call.keywords)] if call else []
        if not _DECORATORS.fullmatch(name) or not all(map(_is_plain, values)):
            text = ast.unparse(decorator)
            why = f"`@{text if len(text) < 40 else name}` may look at the class or the qualified name of the method"
            return Unmergeable("FX-EFFECT-ORDER", decorator.lineno, why)
    for default in (*node.args.defaults, *node.args.kw_defaults):
        found = _of_value(default) if default is not None else None
        if found is not None:
            return found
    return None


def _of_value(value: ast.expr) -> Unmergeable | None:
    if _is_plain(value) or _is_partial(value):
        return None
    return Unmergeable("FX-ALIAS", value.lineno, f"the classes would share one `{_short(ast.unparse(value))}`")


def _is_plain(value: ast.expr) -> bool:
    """Whether to evaluate it once is the same as to do so often."""
    if isinstance(value, ast.Tuple):
        return all(map(_is_plain, value.elts))
    return bool(dotted(value)) or all(isinstance(one, _CONSTANTS) for one in ast.walk(value))


def _is_partial(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and dotted(value.func) in ("partial", "functools.partial")
        and all(map(_is_plain, [*value.args, *(one.value for one in value.keywords)]))
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


# -- comments ---------------------------------------------------------------------------------------------------------


def best_copy(part: Shared) -> int:
    """The class whose copy of the part has the comments of all others, or -1."""
    comments = [_comments(copy) for copy in part.copies]
    return next((place for place, mine in enumerate(comments) if all(other <= mine for other in comments)), -1)


def _comments(copy: Part) -> Counter[str]:
    return sum((one.comments for one in copy.statements), Counter[str]())


def _of_comments(part: Shared) -> Unmergeable | None:
    for copy in part.copies:
        for one in copy.statements:
            above = [comment for line in one.code.leading_lines for comment in comments_in(line)]
            directive = next(filter(_SPANNING.match, above), None)
            if directive is not None:
                return Unmergeable("FX-DIRECTIVE", one.line, f"`{directive}` speaks of the lines that follow")
    if best_copy(part) >= 0:
        return None
    comments = [_comments(copy) for copy in part.copies]
    lost = next(comment for mine in comments for other in comments for comment in mine - other)
    return Unmergeable("FX-COMMENT", part.line, f"`{_short(lost)}` is in one class, and another comment in another")
