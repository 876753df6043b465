"""Whether a base class is worth having: with it the file must be shorter and plainer."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from esper_lint.discovery.blocks import physical_lines
from esper_lint.fixing.merging.bindings import FUNCTIONS
from esper_lint.fixing.merging.choosing import Choice
from esper_lint.fixing.merging.outline import Outline, equal_size, size
from esper_lint.fixing.merging.parts import Shared
from esper_lint.fixing.merging.source import Source
from esper_lint.fixing.merging.values import Unmergeable

_LEAST_SHARE = 3  # one node of so many must go to the base, in every class
_LEAST_NODES = 25  # what a fix must move at each site, as with helpers
_LEAST_LINES = 4  # less is not worth that the reader of a class must look for its forward elsewhere


def hopeless(file: Outline) -> Unmergeable | None:
    """Whether there cannot be enough in common, whatever stands in the way of what there is."""
    trees = [place.tree for place in file.places]
    return None if _suffices(equal_size(trees), max(map(_body_size, trees))) else _little(trees)


def too_little(source: Source, chosen: Choice) -> Unmergeable | None:
    """Why it is not worth a base class: the hazard that keeps most of it back, or else how little it is."""
    if _is_enough(source, chosen.moved):
        return None
    if chosen.held and _is_enough(source, [*chosen.moved, *(part for part, _ in chosen.held)]):
        return hindrance(chosen)
    return _little([one.tree for one in source.classes])


def hindrance(chosen: Choice) -> Unmergeable | None:
    """The hazard that keeps most in the classes, if there is any."""
    return max(chosen.held, key=_size_held)[1] if chosen.held else None


def is_shorter(after: str, file: Outline) -> bool:
    """Whether both the code and its text are."""
    return size(ast.parse(after)) < size(file.tree) and _lines(after) + _LEAST_LINES <= _lines(file.text)


def _lines(text: str) -> int:
    """Those that are not blank."""
    return sum(bool(line.strip()) for line in physical_lines(text))


def _little(trees: Sequence[ast.ClassDef]) -> Unmergeable:
    why = f"`{trees[0].name}` and `{trees[1].name}`{' and others' if trees[2:] else ''} have too little in common"
    return Unmergeable("FX-NO-BENEFIT", trees[0].lineno, f"{why} word for word")


def _size_held(entry: tuple[Shared, Unmergeable]) -> int:
    return entry[0].copies[0].size


def _is_enough(source: Source, parts: Sequence[Shared]) -> bool:
    if not any(isinstance(one.nodes[0], FUNCTIONS) for part in parts for one in part.copies[0].statements):
        return False
    return _suffices(sum(part.copies[0].size for part in parts), max(_body_size(one.tree) for one in source.classes))


def _suffices(moved: int, whole: int) -> bool:
    return moved >= _LEAST_NODES and moved * _LEAST_SHARE >= whole


def _body_size(tree: ast.ClassDef) -> int:
    """Without the docstring."""
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    return sum(map(size, body))
