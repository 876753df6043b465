"""What the names of a module stand for: where each is bound, and what the imported ones are."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Bindings:
    """The bindings at the level of a module, those under its guards included: ``of`` a name, its statements."""

    def __init__(self, tree: ast.Module) -> None:
        self.of: defaultdict[str, list[ast.stmt]] = defaultdict(list)
        self._origins: defaultdict[str, set[str]] = defaultdict(set)
        for statement in _statements(tree.body):
            for name in _bound(statement):
                self.of[name].append(statement)
            for name, origin in _imports(statement):
                self._origins[name].add(origin)
        rebound = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
        for name in rebound:  # by a function, whenever it runs
            self.of[name] += [tree.body[0], tree.body[0]]

    def value(self, name: str) -> ast.expr | None:
        """What a name is bound to, if that is done once, and on its own."""
        found = self.of[name]
        one = found[0] if len(found) == 1 else None
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            return one.value
        return one.value if isinstance(one, ast.AnnAssign) else None

    def path(self, node: ast.expr) -> str:
        """``F.gelu`` -> ``torch.nn.functional.gelu``, by the imports; empty for what is no such chain."""
        if isinstance(node, ast.Attribute):
            before = self.path(node.value)
            return f"{before}.{node.attr}" if before else ""
        if not isinstance(node, ast.Name):
            return ""
        if not self.of[node.id]:
            return node.id
        is_imported = all(isinstance(one, (ast.Import, ast.ImportFrom)) for one in self.of[node.id])
        origins = self._origins[node.id]
        return min(origins) if is_imported and len(origins) == 1 else ""


def imported(statement: ast.stmt) -> list[str]:
    """The modules and names that an import needs, each as a whole path; a relative one begins with a dot."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        return [f"{module}.{alias.name}" for alias in statement.names]
    return []


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if not isinstance(statement, _SCOPES):
            for field in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, field, []))
            for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                yield from _statements(part.body)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds itself, without the statements in it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    else:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, (ast.expr, ast.withitem)):
                yield from (one.id for one in ast.walk(child) if isinstance(one, ast.Name) and _is_bound(one))


def _is_bound(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _imports(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
    elif isinstance(statement, ast.ImportFrom):
        yield from zip((alias.asname or alias.name for alias in statement.names), imported(statement), strict=True)
