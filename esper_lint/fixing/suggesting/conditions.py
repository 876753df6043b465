"""Conditions of guards -> what they come to wherever the project is installed, by what it requires."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.version import Version

from esper_lint.fixing.suggesting.bindings import Bindings, imported
from esper_lint.fixing.suggesting.releases import FIRST_RELEASES
from esper_lint.fixing.suggesting.requirements import Requirements
from esper_lint.fixing.suggesting.versions import called, decided, outcome, version

_TESTS: dict[str, type[ast.cmpop]] = {
    ">=": ast.GtE,
    ">": ast.Gt,
    "<": ast.Lt,
    "<=": ast.LtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
}
# As transformers, diffusers and accelerate call their helpers, and others after them.
_COMPARING = "is_torch_version"
_REACHING = re.compile(r"is_torch_greater_or_equal(?:_than)?")
_REACHED = re.compile(r"_?(?:is_)?torch_greater_or_equal_than_(\d+)_(\d+)")
# Packages whose name is not that of their distribution.
_DISTRIBUTIONS = {"PIL": "pillow", "cv2": "opencv-python", "sklearn": "scikit-learn", "skimage": "scikit-image"}
_DISTRIBUTIONS |= {"yaml": "pyyaml", "google": "", "apex": ""}


@dataclass(frozen=True, slots=True)
class Certain:
    """What a condition always comes to, and why."""

    holds: bool
    why: tuple[str, ...]


class Conditions:
    """The conditions of one module."""

    def __init__(self, tree: ast.Module, requirements: Requirements) -> None:
        self._tree, self._requirements = tree, requirements
        self._bindings = Bindings(tree)
        torch = requirements.of("torch")
        self._torch = torch.lowest if torch else None
        self._required = f"the project requires torch >= {self._torch} ({torch.place})" if torch else ""

    def of(self, test: ast.expr) -> Certain | None:
        """None where it cannot be told, or is not the same everywhere."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return _negated(self.of(test.operand))
        if isinstance(test, ast.BoolOp):
            return self._joined([self.of(value) for value in test.values], all_hold=isinstance(test.op, ast.And))
        if isinstance(test, ast.Name):
            return self._of_flag(test.id)
        if isinstance(test, ast.Call):
            return self._of_call(test)
        if isinstance(test, ast.Compare):
            return self._of_comparison(test)
        return None

    def of_imports(self, statement: ast.Try) -> Certain | None:
        """Whether what a ``try`` imports is always there."""
        why: list[str] = []
        for one in statement.body:
            is_bound_plainly = isinstance(one, ast.Assign) and isinstance(one.value, (ast.Constant, ast.Name))
            if is_bound_plainly or isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                continue
            found = [self._present(path, one) for path in imported(one)]
            if not found or not all(found):
                return None
            why += [reason for reasons in found for reason in reasons]
        return Certain(True, tuple(dict.fromkeys(why))) if why else None

    def _joined(self, parts: Sequence[Certain | None], *, all_hold: bool) -> Certain | None:
        decisive = next((part for part in parts if part is not None and part.holds is not all_hold), None)
        known = [part for part in parts if part is not None]
        if decisive is None and len(known) == len(parts):
            return Certain(all_hold, tuple(dict.fromkeys(reason for part in known for reason in part.why)))
        return decisive

    # -- calls and comparisons ------------------------------------------------------------------------------------

    def _of_call(self, test: ast.Call) -> Certain | None:
        name, arguments = called(test), test.args
        texts = [one.value if isinstance(one, ast.Constant) else None for one in arguments]
        if name == "hasattr" and len(texts) == 2 and isinstance(texts[1], str):
            return _held(self._feature(f"{self._bindings.path(arguments[0])}.{texts[1]}"))
        if name == "find_spec" and len(texts) == 1 and isinstance(texts[0], str):
            return _held(self._package(texts[0]))
        if name == _COMPARING and len(texts) == 2 and isinstance(texts[0], str):
            return self._compared(_TESTS.get(texts[0]), version(texts[1]))
        if _REACHING.fullmatch(name) and len(texts) == 1:
            return self._compared(ast.GtE, version(texts[0]))
        return None

    def _of_comparison(self, test: ast.Compare) -> Certain | None:
        constant = test.comparators[0]
        if len(test.ops) == 1 and isinstance(constant, ast.Constant) and constant.value in (None, True, False):
            inner, is_same = self.of(test.left), isinstance(test.ops[0], (ast.Is, ast.Eq))
            if inner is None or (constant.value is None and not inner.holds):
                return None
            return Certain((inner.holds is constant.value) is is_same, inner.why)
        found = outcome(test, self._bindings, self._torch) if self._torch is not None else None
        return None if found is None else Certain(found, (self._required,))

    def _compared(self, test: type[ast.cmpop] | None, constant: Version | None) -> Certain | None:
        if test is None or constant is None or self._torch is None:
            return None
        found = decided(test, self._torch, constant)
        return None if found is None else Certain(found, (self._required,))

    # -- flags ----------------------------------------------------------------------------------------------------

    def _of_flag(self, name: str) -> Certain | None:
        bindings = self._bindings.of[name]
        reached = _REACHED.fullmatch(self._bindings.path(ast.Name(name, ast.Load())).rpartition(".")[2])
        if bindings and reached:
            return self._compared(ast.GtE, Version(f"{reached[1]}.{reached[2]}"))
        value = self._bindings.value(name)
        if value is not None:
            return self.of(value) if bindings[0] in self._tree.body else None
        for statement in self._tree.body:
            if isinstance(statement, ast.Try):
                wanted = _told_by(statement, name, [one for one in bindings if one not in self._tree.body])
                presets = [one for one in bindings if one in self._tree.body]
                are_earlier = all(one.lineno < statement.lineno for one in presets)
                if wanted is not None and are_earlier and all(_assigned(one) is (not wanted) for one in presets):
                    found = self.of_imports(statement)
                    return None if found is None else Certain(wanted, found.why)
        return None

    # -- what is there --------------------------------------------------------------------------------------------

    def _present(self, path: str, statement: ast.stmt) -> tuple[str, ...]:
        """Why something that is imported is always there; empty if it is not."""
        if path.startswith("torch."):
            return self._feature(path)
        is_deep = path.count(".") > isinstance(statement, ast.ImportFrom)
        return () if path.startswith(".") or is_deep else self._package(path.partition(".")[0])

    def _feature(self, path: str) -> tuple[str, ...]:
        first = FIRST_RELEASES.get(path)
        if first is None or self._torch is None or self._torch < first:
            return ()
        module = path.rpartition(".")[0]
        shown = module if FIRST_RELEASES.get(module) == first else path  # said once for all that a module brought
        return (self._required, f"`{shown}` is in torch since {first}")

    def _package(self, name: str) -> tuple[str, ...]:
        distribution = _DISTRIBUTIONS.get(name, name)
        bound = self._requirements.of(distribution) if distribution else None
        return (f"the project requires {distribution} ({bound.place})",) if bound else ()


def _negated(found: Certain | None) -> Certain | None:
    return None if found is None else Certain(not found.holds, found.why)


def _held(why: tuple[str, ...]) -> Certain | None:
    return Certain(True, why) if why else None


def _told_by(statement: ast.Try, name: str, bindings: Iterable[ast.stmt]) -> bool | None:
    """What a flag is if all that a ``try`` imports is there; None if the ``try`` does not decide it alone."""
    good = [*statement.body, *statement.orelse]
    bad = [one for handler in statement.handlers for one in handler.body]
    here = [one for one in bindings if one in good]
    outcomes = {True if isinstance(one, (ast.Import, ast.ImportFrom)) else _assigned(one) for one in here}
    others = [_assigned(one) for one in bindings if one not in good]
    if len(outcomes) != 1 or None in outcomes or any(one not in good and one not in bad for one in bindings):
        return None
    (wanted,) = outcomes
    return wanted if all(other is (not wanted) for other in others) else None


def _assigned(statement: ast.stmt) -> bool | None:
    """The truth of the constant that a statement binds its only target to."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return bool(statement.value.value) if isinstance(statement.value, ast.Constant) else None
    return None
