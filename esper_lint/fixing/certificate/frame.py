"""What is left of a file once sites, helpers and new imports are taken away: it must be what it was before."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from esper_lint.fixing.certificate.claims import SiteClaim
from esper_lint.fixing.certificate.equality import line_of_difference, same
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.source import Definition, Source, docstring, first_line, last_line

Import = ast.Import | ast.ImportFrom
_Node = TypeVar("_Node", ast.FunctionDef, ast.ClassDef)
# What may differ at a site itself.
_REWRITTEN = {ast.FunctionDef: frozenset({"body"}), ast.ClassDef: frozenset({"body", "bases"})}


@dataclass(frozen=True, slots=True)
class Site(Generic[_Node]):
    """A claimed function or class, before and after. ``chain`` leads from the module to it, both included."""

    claim: SiteClaim
    chain: tuple[ast.AST, ...]
    before: _Node
    after: _Node
    position: int  # of the statement of the module after that holds it


@dataclass(frozen=True, slots=True)
class Frame(Generic[_Node]):
    """What the frame condition leaves for others to judge. Positions count the statements of the module after."""

    sites: tuple[Site[_Node], ...]
    helpers: tuple[tuple[int, ast.stmt], ...]
    imports: tuple[tuple[int, Import], ...]  # new ones
    widened: tuple[tuple[ast.ImportFrom, ast.ImportFrom], ...]  # before and after; what they bind more is in imports


def frame_of(
    before: Source | None, after: Source, claims: Collection[SiteClaim], helpers: Collection[str], kind: type[_Node]
) -> Frame[_Node]:
    """The bodies of claimed functions, or the bodies and bases of claimed classes, may differ.

    Raises ``Objection`` where anything else does. Without a text before, only imports may stand with helpers.
    """
    located = {claim: _located(before, claim, kind) for claim in claims} if before else {}
    chains = {claim: chain for claim, (chain, _) in located.items()}
    sites = {id(chain[-1]): claim for claim, chain in chains.items()}
    if len(sites) != len(claims):
        raise Objection("claim", "a site is claimed twice, or in a new file", 1, after.path)
    kept, added, found = list(before.tree.body if before else ()), [], []
    pairs: dict[SiteClaim, tuple[_Node, int]] = {}
    imports: list[tuple[int, Import]] = []
    widened: list[tuple[Any, Any]] = []
    at = 0
    for position, statement in enumerate(after.tree.body):
        if isinstance(statement, Definition) and statement.name in helpers:
            found.append((position, statement))
            continue
        if before is None and statement is docstring(after.tree):
            continue
        comparison = _Comparison(sites, kind)
        if before and at < len(kept) and _agree(comparison, before, kept[at], after, statement):
            pairs.update({claim: (node, position) for claim, node in comparison.found})
            at += 1
        elif at < len(kept) and (more := _widening(kept[at], statement)):
            imports.append((position, more))
            widened.append((kept[at], statement))
            at += 1
        elif isinstance(statement, Import):
            imports.append((position, statement))
        else:
            added.append(statement)
            break
    if at < len(kept):
        raise _changed(kept[at], added, after.path)
    if added:
        raise Objection("frame", "a statement was added", first_line(added[0]), after.path)
    if before and not same(docstring(before.tree), docstring(after.tree)):
        raise Objection("frame", "the docstring of the module has changed", 1, after.path)
    for claim in chains.keys() - pairs.keys():
        raise Objection("claim", f"{claim.qualname} lies inside another site", claim.line, after.path)
    if sorted(node.name for _, node in found) != sorted(helpers):
        raise Objection("helper", "every helper must be defined once, at the top level", 1, after.path)
    return Frame(
        tuple(Site(claim, chain, node, pairs[claim][0], pairs[claim][1]) for claim, (chain, node) in located.items()),
        tuple(found),
        tuple(imports),
        tuple(widened),
    )


def _widening(kept: ast.stmt, statement: ast.stmt) -> ast.ImportFrom | None:
    """What a statement imports more than one that it took the place of, if it imports all of that, and from there."""
    if not isinstance(kept, ast.ImportFrom) or not isinstance(statement, ast.ImportFrom):
        return None
    old = [(alias.name, alias.asname) for alias in kept.names]
    more = [alias for alias in statement.names if (alias.name, alias.asname) not in old]
    staying = [(alias.name, alias.asname) for alias in statement.names if (alias.name, alias.asname) in old]
    if (kept.module, kept.level) != (statement.module, statement.level) or staying != old or not more:
        return None
    return ast.copy_location(ast.ImportFrom(statement.module, more, statement.level), statement)


def _changed(kept: ast.stmt, added: Sequence[ast.stmt], path: str) -> Objection:
    line = line_of_difference(kept, added[0], first_line(kept)) if added else first_line(kept)
    return Objection("frame", "more than the sites has changed", line, path)


def _agree(comparison: _Comparison[_Node], before: Source, kept: ast.stmt, after: Source, statement: ast.stmt) -> bool:
    """Whether two statements of the modules are the same but for the bodies of sites."""
    first, last = first_line(kept), last_line(kept)
    if not comparison.concerns(first, last):
        # Whole lines that are equal, from the first column on, are the same code; most statements are.
        span = slice(first_line(statement) - 1, last_line(statement))
        columns = [(node.col_offset, node.end_col_offset) for node in (kept, statement)]
        if columns[0] == columns[1] and before.lines[first - 1 : last] == after.lines[span]:
            return True
    return comparison.same(kept, statement)


class _Comparison(Generic[_Node]):
    """Equality of syntax, in which a claimed function or class may have another body."""

    def __init__(self, sites: dict[int, SiteClaim], kind: type[_Node]) -> None:
        self._sites = sites
        self._kind: type[_Node] = kind
        self.found: list[tuple[SiteClaim, _Node]] = []

    def concerns(self, first: int, last: int) -> bool:
        return any(first <= claim.line <= last for claim in self._sites.values())

    def same(self, one: Any, other: Any) -> bool:
        if id(one) in self._sites and isinstance(other, self._kind):
            self.found.append((self._sites[id(one)], other))
            headers = [name for name in one._fields if name not in _REWRITTEN[self._kind]]
            return all(same(getattr(one, name, None), getattr(other, name, None)) for name in headers)
        if type(one) is not type(other):
            return False
        if isinstance(one, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            return all(self.same(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(self.same, one, other))
        return same(one, other)


def _located(source: Source, claim: SiteClaim, kind: type[_Node]) -> tuple[tuple[ast.AST, ...], _Node]:
    """The way to what is claimed, and that itself; raises ``Objection`` where there is none."""
    found = _search(source.tree, (source.tree,), claim.qualname.split("."), claim.line)
    if found is None:
        raise Objection("claim", f"there is no {claim.qualname} here", claim.line, source.path)
    node = found[-1]
    if not isinstance(node, kind):
        slug = "async" if isinstance(node, ast.AsyncFunctionDef) else "claim"
        raise Objection(slug, f"{claim.qualname} is not what is claimed", claim.line, source.path)
    return found, node


def _search(node: ast.AST, chain: tuple[ast.AST, ...], names: Sequence[str], line: int) -> tuple[ast.AST, ...] | None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            if child.name != names[0] or not first_line(child) <= line <= last_line(child):
                continue
            if len(names) == 1:
                if child.lineno == line:
                    return (*chain, child)
                continue
            found = _search(child, (*chain, child), names[1:], line)
        elif isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            found = _search(child, chain, names, line)
        else:
            continue
        if found is not None:
            return found
    return None
