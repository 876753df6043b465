"""The parts that classes share -> those that a base class takes: as many as can go together."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esper_lint.fixing.merging.bindings import evaluated, names_read
from esper_lint.fixing.merging.hazards import hazard, supers
from esper_lint.fixing.merging.parts import Shared, names_of, shared_parts
from esper_lint.fixing.merging.source import ClassCode, Source, Statement
from esper_lint.fixing.merging.surroundings import Surroundings
from esper_lint.fixing.merging.values import Unmergeable


@dataclass(frozen=True, slots=True)
class Choice:
    """``moved`` go to the base, in the order of the first class; ``held`` stay in the classes though they are equal."""

    moved: tuple[Shared, ...]
    held: tuple[tuple[Shared, Unmergeable], ...]


def choice(source: Source, surroundings: Surroundings) -> Choice:
    """Each part that has to stay can make others stay, so they are taken away until none has a reason left."""
    classes, own = source.classes, frozenset(one.tree.name for one in source.classes)
    moved: list[Shared] = []
    held: list[tuple[Shared, Unmergeable]] = []
    for part in shared_parts(classes):
        why = hazard(part, own, surroundings, annotations=source.annotations)
        if why is None:
            moved.append(part)
        else:
            held.append((part, why))
    while found := next(_conflicts(classes, moved, annotations=source.annotations), None):
        held.append(found)
        moved.remove(found[0])
    return Choice(tuple(moved), tuple(sorted(held, key=_line)))


def _line(entry: tuple[Shared, Unmergeable]) -> int:
    return entry[0].line


def _conflicts(
    classes: Sequence[ClassCode], moved: Sequence[Shared], *, annotations: bool
) -> Iterator[tuple[Shared, Unmergeable]]:
    """The parts that cannot move if these are all that move."""
    by_name = {name: part for part in moved for name in part.names}
    for number, one in enumerate(classes):
        gone = {place: part for part in moved for place in part.copies[number].places}
        kept = {
            name: place
            for place, statement in enumerate(one.statements)
            if place not in gone
            for name in names_of(statement)
        }
        for place, statement in enumerate(one.statements):
            if place not in gone:
                if _is_text(statement) and place - 1 in gone:
                    said = "a text below what would move documents it"
                    yield gone[place - 1], Unmergeable("FX-COMMENT", statement.line, said)
                for name, why in _needed_by(statement, by_name, annotations=annotations):
                    yield by_name[name], why
                continue
            part = gone[place]
            for name in sorted(_read(statement, annotations=annotations) - part.names):
                places = by_name[name].copies[number].places if name in by_name else ()
                if name in kept or any(other > place for other in places):
                    yield part, _order(name, statement)
            for node in statement.nodes:
                for name, mention in supers(node):
                    if name in kept:
                        said = f"`super().{name}` would look past what the classes keep"
                        yield part, Unmergeable("FX-SUPER", mention.lineno, said)


def _needed_by(
    statement: Statement, by_name: dict[str, Shared], *, annotations: bool
) -> Iterator[tuple[str, Unmergeable]]:
    """The moved names that a statement which stays cannot do without in its own class."""
    for name in sorted(_read(statement, annotations=annotations) & by_name.keys()):
        yield name, _order(name, statement)
    for node in statement.nodes:
        for name, mention in supers(node):
            for found in [name] if name else sorted(by_name):
                if found in by_name:
                    why = f"`{ast.unparse(mention)}` in what stays would find `{found}` in the base class"
                    yield found, Unmergeable("FX-SUPER", mention.lineno, why)


def _read(statement: Statement, *, annotations: bool) -> frozenset[str]:
    return names_read(one for node in statement.nodes for one in evaluated(node, annotations=annotations))


def _order(name: str, statement: Statement) -> Unmergeable:
    return Unmergeable("FX-EFFECT-ORDER", statement.line, f"`{name}` is read where the class is made")


def _is_text(statement: Statement) -> bool:
    node = statement.nodes[0]
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
