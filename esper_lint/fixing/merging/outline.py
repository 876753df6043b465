"""Text and the lines of its classes -> their syntax trees and where they stand, cheaply: most classes that are alike
have too little in common word for word, and are never read by libcst."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.fixing.merging.bindings import FUNCTIONS
from esper_lint.fixing.merging.values import ClassSite, Unmergeable

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
UNREADABLE = Unmergeable("FX-ENCODING", 1, "the file cannot be read closely enough to be edited")


@dataclass(frozen=True, slots=True)
class Place:
    """A class of the file.

    ``functions`` are those around it, outermost first; ``top`` is the place, among the statements of the module, of the
    one that it stands in; ``is_conditional`` if that is or holds a guard around it.
    """

    tree: ast.ClassDef
    functions: tuple[FunctionNode, ...]
    top: int
    is_conditional: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """``everywhere`` are all classes of the file in the order of their lines, ``places`` those of the sites."""

    text: str
    tree: ast.Module
    sites: tuple[ClassSite, ...]
    places: tuple[Place, ...]
    everywhere: tuple[Place, ...]


def outline(text: str, sites: Sequence[ClassSite]) -> Outline | Unmergeable:
    """Raises LookupError for a site that is no class of the text."""
    try:
        tree, everywhere = _read(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNREADABLE
    by_line = {_line(place): place for place in everywhere}
    return Outline(text, tree, tuple(sites), tuple(by_line[site.line] for site in sites), everywhere)


@lru_cache(maxsize=16)  # several parts of a group are tried
def _read(text: str) -> tuple[ast.Module, tuple[Place, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in the analysed code is not ours to report
        tree = ast.parse(text)
    return tree, tuple(sorted(_places(tree), key=_line))


def size(node: ast.AST) -> int:
    """How many nodes a tree has."""
    return sum(1 for _ in ast.walk(node))


def equal_size(trees: Sequence[ast.ClassDef]) -> int:
    """How many nodes lie in statements that all classes have: no base class can take more."""
    counts = [Counter(map(ast.dump, tree.body)) for tree in trees]
    common = counts[0]
    for other in counts[1:]:
        common &= other
    sizes = {ast.dump(statement): size(statement) for statement in trees[0].body}
    return sum(sizes[text] * count for text, count in common.items())


def _line(place: Place) -> int:
    return place.tree.lineno


def _places(tree: ast.Module) -> Iterator[Place]:
    for top, statement in enumerate(tree.body):
        yield from _places_in(statement, (), top, is_conditional=False)


def _places_in(
    node: ast.AST, functions: tuple[FunctionNode, ...], top: int, *, is_conditional: bool
) -> Iterator[Place]:
    if isinstance(node, ast.ClassDef):
        yield Place(node, functions, top, is_conditional)
    elif isinstance(node, FUNCTIONS):
        functions = (*functions, node)
    elif not isinstance(node, (ast.With, ast.AsyncWith)):
        is_conditional = True
    if not isinstance(node, ast.expr):
        for child in ast.iter_child_nodes(node):
            yield from _places_in(child, functions, top, is_conditional=is_conditional)
