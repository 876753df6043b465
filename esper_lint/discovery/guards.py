"""Which guard encloses a class, or chooses it, and on which branch.

A guard is a condition on what is importable or which version runs: ``try … except ImportError``, ``if HAS_X``,
``if is_x_available()``, ``sys.version_info``, ``torch.__version__``.  Everything is read from the syntax tree; nothing
is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from esper_lint.findings import Guard

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_EVERYTHING = frozenset({"Exception", "BaseException"})
_FLAG = re.compile(r"^_*(HAS|HAVE)_|_(AVAILABLE|INSTALLED|IMPORTED)$")
_PREDICATE = re.compile(r"^_*(is|has|have)_\w+_(available|installed|importable|greater_or_equal|at_least)|^find_spec$")
# ``hasattr`` asks after a feature only when it asks a library; of an object it is ordinary control flow.
_LIBRARIES = frozenset({"torch", "nn", "F", "sys", "os"})
# One of these stands in every text with a guard.  They are searched for as plain words, which takes a fraction of the
# time of the pattern that they could be written as.
_HINTS = (
    *sorted(_IMPORT_ERRORS),
    *("HAS_", "HAVE_", "_AVAILABLE", "_INSTALLED", "_IMPORTED"),
    *("_available", "_installed", "_importable", "_greater_or_equal", "_at_least", "find_spec"),
    *("version_info", "__version__"),
    *(f"hasattr({name}" for name in sorted(_LIBRARIES)),
)
_VERSIONS = frozenset({"version_info", "__version__"})

_VALUED = frozenset({ast.Assign, ast.AnnAssign, ast.Return})

_Guarding = ast.If | ast.Try


def import_flags(tree: ast.Module) -> frozenset[str]:
    """The names that a ``try … except ImportError`` at the top of the file, or under its guards, assigns."""
    names: set[str] = set()
    for statement in _statements(tree.body):
        if isinstance(statement, ast.Try) and _import_handlers(statement):
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    names.add(node.id)
    return frozenset(names)


def optional_imports(tree: ast.Module) -> list[tuple[ast.Import | ast.ImportFrom, ...]]:
    """What each ``try … except ImportError`` at the top of the file, or under its guards, tries to import."""
    found = (
        tuple(inner for inner in statement.body if isinstance(inner, (ast.Import, ast.ImportFrom)))
        for statement in _statements(tree.body)
        if isinstance(statement, ast.Try) and _import_handlers(statement)
    )
    return [imports for imports in found if imports]


def may_guard(text: str) -> bool:
    """Whether a text can hold a guard at all; far cheaper than looking for one."""
    return any(hint in text for hint in _HINTS)


def branches(statement: _Guarding, flags: frozenset[str]) -> list[tuple[Guard | None, Sequence[ast.stmt]]]:
    """Each branch of an ``if`` or ``try`` with the guard that holds on it (None where the statement is no guard)."""
    if isinstance(statement, ast.If):
        feature = _feature(statement.test, flags)
        if feature is None:
            return [(None, statement.body), (None, statement.orelse)]
        text, positive = feature
        condition = ast.unparse(statement.test)
        return [
            (Guard(condition, "if", statement.lineno, text, positive), statement.body),
            (Guard(condition, "else", statement.lineno, text, not positive), statement.orelse),
        ]
    handlers = _import_handlers(statement)
    if not handlers:
        blocks = [
            statement.body,
            *(handler.body for handler in statement.handlers),
            statement.orelse,
            statement.finalbody,
        ]
        return [(None, block) for block in blocks]
    imported = ", ".join(_imported_modules(statement.body)) or "import"
    condition = f"import {imported}" if imported != "import" else imported
    found = Guard(condition, "try", statement.lineno, condition, True)
    missing = Guard(condition, "except", statement.lineno, condition, False)
    result: list[tuple[Guard | None, Sequence[ast.stmt]]] = [(found, statement.body), (found, statement.orelse)]
    result += [(missing if handler in handlers else None, handler.body) for handler in statement.handlers]
    result.append((None, statement.finalbody))
    return result


def chosen_classes(tree: ast.Module, classes: frozenset[str], flags: frozenset[str]) -> dict[str, Guard]:
    """Classes of this file that stand outside a guard but are referred to on just one branch of one.

    ``Attention = Flash if HAS_FLASH else Plain`` and ``if HAS_FLASH: return Flash(dim)`` choose between classes.
    """
    chosen: dict[str, Guard] = {}
    for statement in _choices(tree.body):
        if isinstance(statement, (ast.If, ast.Try)):
            sides = [
                (guard, _referred(block, classes)) for guard, block in branches(statement, flags) if guard is not None
            ]
        else:
            choice = statement.value  # type: ignore[attr-defined]
            feature = _feature(choice.test, flags)
            if feature is None:
                continue
            text, positive = feature
            condition = ast.unparse(choice.test)
            sides = [
                (Guard(condition, "if", statement.lineno, text, positive), _referred([choice.body], classes)),
                (Guard(condition, "else", statement.lineno, text, not positive), _referred([choice.orelse], classes)),
            ]
        for guard, names in sides:
            elsewhere: set[str] = set()
            elsewhere.update(*(others for other, others in sides if other.present != guard.present))
            for name in names - elsewhere:
                chosen.setdefault(name, guard)
    return chosen


def opposite(left: Sequence[Guard], right: Sequence[Guard], *, same_file: bool) -> tuple[Guard, Guard] | None:
    """The guards that put two units on opposite sides: branches of one statement, or of one feature anywhere."""
    for a in left:
        for b in right:
            one_statement = same_file and a.line == b.line and a.condition == b.condition
            if a.present != b.present and (one_statement or a.feature == b.feature):
                return a, b
    return None


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try)):
            for field in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, field, []))


def _choices(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement that may choose between classes, inside functions and classes too, not inside expressions."""
    for statement in body:
        kind = type(statement)
        if kind in _VALUED:
            if type(statement.value) is ast.IfExp:  # type: ignore[attr-defined]
                yield statement
        elif kind is not ast.Expr:
            if kind is ast.If or kind is ast.Try:
                yield statement
            for field in ("body", "orelse", "finalbody"):
                yield from _choices(getattr(statement, field, ()))
            for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                yield from _choices(part.body)


def _import_handlers(statement: ast.Try) -> list[ast.ExceptHandler]:
    if not any(isinstance(inner, (ast.Import, ast.ImportFrom)) for inner in statement.body):
        return []
    # What catches everything is about the import only if nothing but imports and flags is tried.
    only_imports = all(isinstance(inner, (ast.Import, ast.ImportFrom, ast.Assign)) for inner in statement.body)
    return [
        handler
        for handler in statement.handlers
        if _catches_import_error(handler.type) or (only_imports and _catches_everything(handler.type))
    ]


def _catches_import_error(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_catches_import_error(element) for element in caught.elts)
    return isinstance(caught, ast.Name) and caught.id in _IMPORT_ERRORS


def _catches_everything(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id in _EVERYTHING)


def _imported_modules(body: Sequence[ast.stmt]) -> list[str]:
    modules = []
    for statement in body:
        if isinstance(statement, ast.ImportFrom):
            modules.append("." * statement.level + (statement.module or ""))
        elif isinstance(statement, ast.Import):
            modules.extend(alias.name for alias in statement.names)
    return modules


def _feature(test: ast.expr, flags: frozenset[str]) -> tuple[str, bool] | None:
    """The feature that a condition tests, and whether the condition holds where the feature is present."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _feature(test.operand, flags)
        return None if inner is None else (inner[0], not inner[1])
    if isinstance(test, ast.Name):
        return (test.id, True) if test.id in flags or _FLAG.search(test.id) else None
    if isinstance(test, ast.Attribute):
        return (ast.unparse(test), True) if _FLAG.search(test.attr) else None
    if isinstance(test, ast.Call):
        function = test.func.attr if isinstance(test.func, ast.Attribute) else getattr(test.func, "id", "")
        asks_library = (
            function == "hasattr" and bool(test.args) and ast.unparse(test.args[0]).split(".")[0] in _LIBRARIES
        )
        return (ast.unparse(test), True) if asks_library or _PREDICATE.search(function) else None
    if isinstance(test, ast.Compare):
        return _compared_feature(test, flags)
    if isinstance(test, ast.BoolOp):
        parts = [part for part in (_feature(value, flags) for value in test.values) if part is not None]
        # ``not HAS_A and not HAS_B`` holds where the features are absent; mixed ones go by the first.
        return (" and ".join(dict.fromkeys(text for text, _ in parts)), parts[0][1]) if parts else None
    return None


def _compared_feature(test: ast.Compare, flags: frozenset[str]) -> tuple[str, bool] | None:
    constant = test.comparators[0]
    if len(test.ops) == 1 and isinstance(constant, ast.Constant) and constant.value in (None, False, True):
        feature = _feature(test.left, flags)
        if feature is not None and isinstance(test.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
            same = isinstance(test.ops[0], (ast.Is, ast.Eq))
            return feature[0], feature[1] == (same == (constant.value is True))
        return None
    mentions_version = any(isinstance(node, ast.Attribute) and node.attr in _VERSIONS for node in ast.walk(test))
    if not mentions_version:
        return None
    if len(test.ops) == 1 and isinstance(test.ops[0], (ast.Lt, ast.LtE)):
        turned = ast.GtE() if isinstance(test.ops[0], ast.Lt) else ast.Gt()
        return ast.unparse(ast.Compare(left=test.left, ops=[turned], comparators=test.comparators)), False
    return ast.unparse(test), True


def _referred(block: Sequence[ast.AST], classes: frozenset[str]) -> set[str]:
    return {
        node.id
        for root in block
        for node in ast.walk(root)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in classes
    }
