"""Guards of a clone group that decide nothing: by what the project requires, one of their branches never runs.

A fallback that nobody needs any more is best deleted, and then there is no clone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from esper_lint.findings import Group, Guard
from esper_lint.fixing.suggesting.conditions import Certain, Conditions
from esper_lint.fixing.suggesting.parsing import parsed
from esper_lint.fixing.suggesting.requirements import Requirements
from esper_lint.fixing.suggesting.values import Suggestion


def dead_guards(group: Group, texts: Callable[[str], str], requirements: Requirements) -> Iterator[Suggestion]:
    """One suggestion for each such guard, in the order of the members."""
    guards = dict.fromkeys((one.path, one.guard) for one in group.members if one.guard is not None)
    trees: dict[str, ast.Module | None] = {}
    told: set[tuple[str, int]] = set()
    for path, guard in guards:
        if path not in trees:
            trees[path] = parsed(texts(path))
        tree = trees[path]
        found = _decided(tree, guard, requirements) if tree is not None else None
        if found is not None and (path, guard.line) not in told:
            told.add((path, guard.line))
            yield Suggestion("dead guard", path, guard.line, _message(guard, found))


def _decided(tree: ast.Module, guard: Guard, requirements: Requirements) -> Certain | None:
    """What the condition of a guard always comes to."""
    conditions = Conditions(tree, requirements)
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.lineno == guard.line and guard.branch in ("try", "except"):
            return conditions.of_imports(node)
        if isinstance(node, (ast.If, ast.IfExp)) and guard.branch in ("if", "else"):
            is_near = node.lineno == guard.line or isinstance(node, ast.IfExp)
            if is_near and node.lineno >= guard.line and ast.unparse(node.test) == guard.condition:
                return conditions.of(node.test)
    return None


def _message(guard: Guard, found: Certain) -> str:
    if guard.branch in ("try", "except"):
        return f"this guard is dead: {' and '.join(found.why)}, so its `except` branch never runs"
    how, branch = ("always", "else") if found.holds else ("never", "if")
    why = f"`{guard.condition}` {how} holds, since {' and '.join(found.why)}"
    return f"this guard is dead: {why}; its `{branch}` branch never runs"
