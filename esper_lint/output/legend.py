"""The numbers of a group's holes, and the list that says what stands in each of them in which member."""

from __future__ import annotations

from collections.abc import Iterator

from esper_lint.findings import Group, Hole, HoleKind
from esper_lint.rules.excerpt import hole_text, one_line, shortened

_HOLES_SHOWN = 12
_TEXTS_SHOWN = 5
_NAMES_SHOWN = 3
# Not the terminal's width: here is the one place where a text that the columns cut off can be read.
_TEXT_LIMIT = 160


def numbered(group: Group) -> list[int]:
    """The number of each hole, from 1; holes with the same texts, as a local renamed throughout, share theirs."""
    numbers: dict[tuple[HoleKind, tuple[str, ...]], int] = {}
    return [numbers.setdefault((hole.kind, hole.texts), len(numbers) + 1) for hole in group.holes]


def legend(group: Group) -> Iterator[str]:
    """``[1] call: f(x) / g(x)`` for two members; with more, each text on a line with the members that have it."""
    distinct = dict(zip(reversed(numbered(group)), reversed(group.holes), strict=True))
    for number in sorted(distinct)[:_HOLES_SHOWN]:
        hole = distinct[number]
        head = f"  [{number}] {hole.kind.value}"
        if len(group.members) == 2:
            yield f"{head}: {_text(hole, 0)} / {_text(hole, 1)}"
        else:
            yield head
            yield from (f"      {line}" for line in _texts(group, hole))
    if len(distinct) > _HOLES_SHOWN:
        yield f"  … and {len(distinct) - _HOLES_SHOWN} more"


def _texts(group: Group, hole: Hole) -> Iterator[str]:
    members: dict[str, list[int]] = {}
    for index, text in enumerate(hole.texts):
        members.setdefault(text, []).append(index)
    holders: dict[str, list[int]] = {}
    for indices in members.values():
        holders.setdefault(_text(hole, indices[0]), []).extend(indices)
    for text, indices in list(holders.items())[:_TEXTS_SHOWN]:
        first = sorted(indices)[:_NAMES_SHOWN]
        names = ", ".join(one_line(group.members[index].qualname.rpartition(".")[2]) for index in first)
        more = len(indices) - len(first)
        yield f"{names}{f' and {more} more' if more > 0 else ''}: {text}"
    if len(holders) > _TEXTS_SHOWN:
        yield f"… and {len(holders) - _TEXTS_SHOWN} more"


def _text(hole: Hole, member: int) -> str:
    return shortened(hole_text(hole.kind, hole.texts[member]), _TEXT_LIMIT)
