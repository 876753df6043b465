"""Short forms for values that tests write by hand; what a test does not care about has a plain default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from esper_lint.findings import Group, Guard, Hole, HoleKind, Member, NearLink, Severity, Span, UnitKind
from esper_lint.rules.comparison import RENAMES
from esper_lint.rules.excerpt import statements

FLEX = Guard("_HAS_FLEX", "if", 10, "_HAS_FLEX", True)
NO_FLEX = Guard("_HAS_FLEX", "else", 10, "_HAS_FLEX", False)


def member(
    qualname: str,
    path: str = "blueprints/transformer.py",
    line: int = 1,
    *,
    length: int = 8,
    similarity: float = 1.0,
    guard: Guard | None = None,
    near: tuple[NearLink, ...] = (),
) -> Member:
    return Member(
        path=path,
        qualname=qualname,
        line=line,
        end_line=line + length - 1,
        forward_line=line,
        forward_column=9,
        fingerprint=f"{path}:{qualname}",
        similarity=similarity,
        guard=guard,
        variant=0,
        near=near,
    )


def hole(kind: HoleKind, *texts: str, spans: tuple[Span, ...] = ()) -> Hole:
    return Hole(kind, texts, spans or (Span(1, 1, 1, 1),) * len(texts))


def group(
    *members: Member,
    holes: tuple[Hole, ...] = (),
    rule: str = "ESP101",
    unit: UnitKind = UnitKind.FORWARD,
    clone_type: int = 1,
    texts_differ: bool = True,
    similarities: Mapping[tuple[int, int], float] = MappingProxyType({}),
) -> Group:
    """A group in which members with the same code in every hole are one variant.

    Of two members that are both not the first, ``similarities`` or else a little less than the worse of theirs to the
    first is the similarity.
    """
    numbers = variants(holes, len(members))
    first = [numbers.index(number) for number in range(max(numbers) + 1)]

    def likeness(mine: int, theirs: int) -> float:
        worse = min(members[mine].similarity, members[theirs].similarity)
        return similarities.get((theirs, mine), worse if theirs == 0 else max(worse - 0.01, 0.0))

    return Group(
        id="g" + members[0].fingerprint,
        rule=rule,
        unit=unit,
        clone_type=clone_type,
        similarity=min(one.similarity for one in members),
        severity=Severity.P3,
        members=tuple(replace(one, variant=number) for one, number in zip(members, numbers, strict=True)),
        holes=holes,
        texts_differ=texts_differ,
        similarities=tuple(tuple(likeness(mine, theirs) for theirs in first[:row]) for row, mine in enumerate(first)),
    )


def variants(holes: Sequence[Hole], members: int) -> list[int]:
    """A number for each member: the same for those that have the same code in every hole."""
    numbers: dict[tuple[object, ...], int] = {}
    columns = [
        tuple(one.texts[index] if one.kind in RENAMES else statements(one.texts[index]) for one in holes)
        for index in range(members)
    ]
    return [numbers.setdefault(column, len(numbers)) for column in columns]
