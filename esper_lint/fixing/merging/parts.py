"""The statements of classes -> the parts that are equal in all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esper_lint.fixing.merging.bindings import bound
from esper_lint.fixing.merging.source import ClassCode, Statement


@dataclass(frozen=True, slots=True)
class Part:
    """Statements of a class that bind the same names, as a property and its setter do; they move together or stay.

    ``places`` are theirs among the statements of the class.
    """

    names: frozenset[str]
    statements: tuple[Statement, ...]
    places: tuple[int, ...]

    @property
    def meaning(self) -> tuple[str, ...]:
        return tuple(one.meaning for one in self.statements)

    @property
    def size(self) -> int:
        return sum(one.size for one in self.statements)


@dataclass(frozen=True, slots=True)
class Shared:
    """A part that means the same in all classes: ``copies`` has one of each, in the order of the classes."""

    names: frozenset[str]
    copies: tuple[Part, ...]

    @property
    def line(self) -> int:
        return self.copies[0].statements[0].line


def shared_parts(classes: Sequence[ClassCode]) -> tuple[Shared, ...]:
    """In the order of the first class."""
    tables = [{part.names: part for part in _parts(one.statements)} for one in classes]
    found = []
    for names, part in tables[0].items():
        copies = [table[names] for table in tables if names in table]
        if len(copies) == len(classes) and all(copy.meaning == part.meaning for copy in copies):
            found.append(Shared(names, tuple(copies)))
    return tuple(found)


def names_of(statement: Statement) -> frozenset[str]:
    """What a statement of a class binds, with what the interpreter binds along with it."""
    return frozenset(name for node in statement.nodes for name in _names(node))


def _names(node: ast.stmt) -> Iterator[str]:
    yield from bound(node)
    if isinstance(node, ast.FunctionDef) and node.name == "__eq__":
        yield "__hash__"  # a class that defines the one without the other has None for the other
    if any(isinstance(one, ast.AnnAssign) for one in ast.walk(node)):
        # Those of a class hide those of its base where they are looked up on an instance, as torch.jit does.
        yield "__annotations__"


def _parts(statements: Sequence[Statement]) -> list[Part]:
    groups: list[tuple[frozenset[str], list[int]]] = []
    for place, statement in enumerate(statements):
        names, places = names_of(statement), [place]
        if not names:
            continue
        apart = []
        for group in groups:
            if names.isdisjoint(group[0]):
                apart.append(group)
            else:
                names, places = names | group[0], [*group[1], *places]
        groups = [*apart, (names, places)]
    return [
        Part(names, tuple(statements[place] for place in sorted(places)), tuple(sorted(places)))
        for names, places in sorted(groups, key=_first_place)
    ]


def _first_place(group: tuple[frozenset[str], list[int]]) -> int:
    return min(group[1])
