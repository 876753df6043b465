"""Comparisons of torch's version with a constant, in the many ways in which code writes them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from packaging.version import InvalidVersion, Version

from esper_lint.fixing.suggesting.bindings import Bindings

# What is seen of the version: all of it as torch's own text, which compares by numbers; as plain text; that in a list;
# as an object; as a list of texts or of numbers, of which so many are kept; or its first number, as text or not.
_Kind = Literal["own", "text", "texts", "version", "parts", "numbers", "first part", "major"]
_PARSERS = frozenset({"parse", "Version", "parse_version", "LooseVersion", "StrictVersion", "TorchVersion"})
_SEEN_AS: dict[tuple[str, str], _Kind] = {
    ("version", "release"): "numbers",
    ("version", "major"): "major",
    ("version", "base_version"): "text",
    ("version", "public"): "text",
}
_COMPARES_BY_NUMBERS = Version("1.10")  # from then on; text before
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class _Seen:
    kind: _Kind
    kept: int = 3


Constant = Version | tuple[int, ...] | int
_Test = Callable[[Constant, Constant], bool]
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def outcome(test: ast.Compare, bindings: Bindings, bound: Version) -> bool | None:
    """What a comparison gives with every torch from ``bound`` on; None if that differs, or if it is none of torch's
    version with a constant."""
    if len(test.ops) != 1:
        return None
    reader = _Reader(bindings)
    left, right, found = test.left, test.comparators[0], type(test.ops[0])
    seen, constant = reader.seen(left), reader.constant(right)
    if seen is None:
        seen, constant, found = reader.seen(right), reader.constant(left), _MIRRORED.get(found, ast.Is)
    lowest = _lowest(seen, constant, bound) if seen is not None and constant is not None else None
    return None if lowest is None or constant is None else decided(found, lowest, constant)


def decided(test: type[ast.cmpop], lowest: Constant, constant: Constant) -> bool | None:
    """The outcome of a comparison of something that is at least ``lowest``."""
    above: bool = operator.gt(lowest, constant)
    reached: bool = operator.ge(lowest, constant)
    if test is ast.GtE and reached:
        return True
    if test is ast.Lt and reached:
        return False
    if test in (ast.Gt, ast.NotEq) and above:
        return True
    if test in (ast.LtE, ast.Eq) and above:
        return False
    return None


def version(text: object) -> Version | None:
    """The version that a text is."""
    try:
        return Version(text) if isinstance(text, str) else None
    except InvalidVersion:
        return None


def _lowest(seen: _Seen, constant: Constant, bound: Version) -> Constant | None:
    """The lowest that is seen of the version, in the shape of the constant; None if the two do not compare so."""
    if isinstance(constant, int):
        return bound.major if seen.kind == "major" else None
    if isinstance(constant, Version):
        is_compared = seen.kind == "version" or (seen.kind == "own" and bound >= _COMPARES_BY_NUMBERS)
        return bound if is_compared else None
    numbers = (*bound.release, 0, 0)[:3]
    if seen.kind == "own" and bound >= _COMPARES_BY_NUMBERS:
        return numbers
    return numbers[: seen.kept] if seen.kind == "numbers" else None


class _Reader:
    """Reads what expressions are, through the names that a module binds once."""

    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings

    def constant(self, node: ast.expr, depth: int = 0) -> Constant | None:
        if isinstance(node, ast.Constant):
            is_number = isinstance(node.value, int) and not isinstance(node.value, bool)
            return node.value if is_number else version(node.value)  # type: ignore[return-value]
        if isinstance(node, (ast.Tuple, ast.List)):
            numbers = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, int)]
            return tuple(numbers) if len(numbers) == len(node.elts) > 0 else None
        if isinstance(node, ast.Call) and called(node) in _PARSERS and len(node.args) == 1:
            found = self.constant(node.args[0], depth)
            return found if isinstance(found, Version) else None
        value = self._value(node)
        return self.constant(value, depth + 1) if value is not None and depth < _DEPTH else None

    def seen(self, node: ast.expr, depth: int = 0) -> _Seen | None:
        if self._bindings.path(node) == "torch.__version__":
            return _Seen("own")
        if isinstance(node, ast.Attribute):
            inner = self.seen(node.value, depth)
            kind = _SEEN_AS.get((inner.kind, node.attr)) if inner else None
            return _Seen(kind) if kind else None
        if isinstance(node, ast.Subscript):
            return self._part(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)) and len(node.generators) == 1:
            over = node.generators[0]
            is_int = isinstance(node.elt, ast.Call) and called(node.elt) == "int" and not over.ifs
            return self._numbers(over.iter, depth) if is_int else None
        value = self._value(node)
        return self.seen(value, depth + 1) if value is not None and depth < _DEPTH else None

    def _call(self, node: ast.Call, depth: int) -> _Seen | None:
        name, arguments = called(node), node.args
        if name == "split" and isinstance(node.func, ast.Attribute):
            inner = self.seen(node.func.value, depth)
            by = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], ast.Constant) else None
            if inner is None or inner.kind not in ("own", "text") or by not in (".", "+"):
                return None
            return _Seen("parts" if by == "." else "texts")
        if name == "map" and len(arguments) == 2 and self._bindings.path(arguments[0]) == "int":
            return self._numbers(arguments[1], depth)
        if name == "version" and len(arguments) == 1:  # of importlib.metadata
            is_torch = isinstance(arguments[0], ast.Constant) and arguments[0].value == "torch"
            return _Seen("text") if is_torch else None
        inner = self.seen(arguments[0], depth) if len(arguments) == 1 and not node.keywords else None
        if inner is None:
            return None
        if name in _PARSERS:
            return _Seen("version") if inner.kind in ("own", "text") else None
        if name in ("tuple", "list"):
            return inner if inner.kind == "numbers" else None
        if name == "int":
            return _Seen("major") if inner.kind == "first part" else None
        return None

    def _numbers(self, node: ast.expr, depth: int) -> _Seen | None:
        inner = self.seen(node, depth)
        return _Seen("numbers", inner.kept) if inner is not None and inner.kind == "parts" else None

    def _part(self, node: ast.Subscript, depth: int) -> _Seen | None:
        inner, index = self.seen(node.value, depth), node.slice
        if inner is None:
            return None
        if isinstance(index, ast.Slice):
            upper = index.upper.value if isinstance(index.upper, ast.Constant) else None
            is_start = index.lower is None and index.step is None and isinstance(upper, int) and 0 < upper <= 3
            return _Seen(inner.kind, upper) if is_start and inner.kind in ("parts", "numbers") else None  # type: ignore[arg-type]
        if not (isinstance(index, ast.Constant) and index.value == 0):
            return None
        first: dict[_Kind, _Kind] = {"numbers": "major", "parts": "first part", "texts": "text"}
        return _Seen(first[inner.kind]) if inner.kind in first else None

    def _value(self, node: ast.expr) -> ast.expr | None:
        return self._bindings.value(node.id) if isinstance(node, ast.Name) else None


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
