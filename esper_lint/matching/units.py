"""The units of a tree: every forward body and every whole class of the module classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from esper_lint.discovery.forms import FormKey
from esper_lint.discovery.modules import ClassFacts, Forward, SourceFacts
from esper_lint.findings import UnitKind


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: the forward body, or the whole class that holds it (then ``forward`` is the class's first)."""

    kind: UnitKind
    path: str
    owner: ClassFacts
    forward: Forward

    @property
    def key(self) -> FormKey:
        if self.kind is UnitKind.FORWARD:
            return self.forward.form
        assert self.owner.form is not None  # a class that has a forward has a form
        return self.owner.form

    @property
    def line(self) -> int:
        return self.forward.line if self.kind is UnitKind.FORWARD else self.owner.line

    @property
    def end_line(self) -> int:
        return self.forward.end_line if self.kind is UnitKind.FORWARD else self.owner.end_line

    @property
    def place(self) -> tuple[str, int, str]:
        """What units are sorted by."""
        return self.path, self.line, self.owner.qualname


def units_of(
    kind: UnitKind, files: Mapping[str, SourceFacts], modules: Iterable[tuple[str, int]], min_size: int
) -> list[Unit]:
    """The units of one kind that are large enough to be compared, in path order."""
    found: list[Unit] = []
    for path, index in modules:
        owner = files[path].classes[index]
        forwards = owner.forwards if kind is UnitKind.FORWARD else owner.forwards[:1]
        found.extend(Unit(kind, path, owner, forward) for forward in forwards)
    return sorted((unit for unit in found if unit.key.own >= min_size), key=lambda unit: unit.place)
