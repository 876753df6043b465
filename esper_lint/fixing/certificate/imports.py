"""What an import brings in, and which modules may be imported where."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from esper_lint.fixing.certificate.claims import Rewritten
from esper_lint.fixing.certificate.objection import Objection

# What these do on import can be seen.
_LOUD = frozenset({"__future__", "__main__", "antigravity", "idlelib", "test", "this"})


def is_neutral(target: str) -> bool:
    """Whether a module is of the standard library or torch: importing it runs no code of the project."""
    root = target.partition(".")[0]
    return root == "torch" or (root in sys.stdlib_module_names and root not in _LOUD)


def targets(statement: ast.Import | ast.ImportFrom, file: Rewritten) -> Iterator[tuple[str, str, ast.alias]]:
    """Bound name, what it is bound to by its full name, and the alias. Relative names need the module's own name."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            if alias.asname is not None:
                yield alias.asname, alias.name, alias
            else:
                root = alias.name.partition(".")[0]
                yield root, root, alias
        else:
            yield alias.asname or alias.name, f"{_origin(statement, file)}.{alias.name}", alias


def _origin(statement: ast.ImportFrom, file: Rewritten) -> str:
    if not statement.level:
        return statement.module or ""
    package = package_of(file).split(".")
    up = statement.level - 1
    if not all(package) or up >= len(package):
        return "?"  # outside any package
    base = package[: len(package) - up]
    return ".".join([*base, statement.module] if statement.module else base)


def package_of(file: Rewritten) -> str:
    """The package that a module lies in; a package lies in itself."""
    return file.module if _is_package(file) else file.module.rpartition(".")[0]


def root_of(file: Rewritten) -> PurePosixPath:
    """The folder that the module's name starts from; raises ``Objection`` where name and path disagree."""
    path = PurePosixPath(file.path)
    parts = (path.parent if _is_package(file) else path.with_suffix("")).parts
    names = tuple(file.module.split("."))
    if not file.module or parts[len(parts) - len(names) :] != names:
        raise Objection("import", f"{file.path} is not the module {file.module!r}", 1, file.path)
    return PurePosixPath(*parts[: len(parts) - len(names)])


def _is_package(file: Rewritten) -> bool:
    return PurePosixPath(file.path).name == "__init__.py"


def check_leaf(tree: ast.Module, file: Rewritten) -> None:
    """Raises ``Objection`` where a module does more than import neutral modules and define plain functions."""
    for number, statement in enumerate(tree.body):
        match statement:
            case ast.Import() | ast.ImportFrom():
                for _, target, alias in targets(statement, file):
                    if target == "__future__.annotations":
                        continue
                    if alias.name == "*" or not is_neutral(alias.name if isinstance(statement, ast.Import) else target):
                        raise Objection("leaf", f"it imports {target}", statement.lineno, file.path)
            case ast.FunctionDef(decorator_list=[]):
                continue
            case ast.Expr(value=ast.Constant(value=str())) if number == 0:
                continue
            case _:
                reason = "a module of helpers only imports and defines"
                raise Objection("leaf", reason, statement.lineno, file.path)
