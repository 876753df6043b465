"""Members by holes: what each variant of a group says in each place where the group differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from esper_lint.dashboard.visible import one_line, visible
from esper_lint.findings import Group, Hole, HoleKind
from esper_lint.output.legend import numbered
from esper_lint.rules.excerpt import shortened

_CELL = 30


@dataclass(frozen=True, slots=True)
class Text:
    """One of the texts that stand in a hole: its letter, most frequent first, and the members that have it.

    ``brief`` is the beginning of ``full``, or all of it where ``is_cut`` is False; an empty text stands for nothing.
    """

    letter: str
    brief: str
    full: str
    is_cut: bool
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A hole, by its number in code."""

    number: int
    kind: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """Members that say the same, and the text of each column that they have; ``number`` counts from 1."""

    number: int
    members: tuple[int, ...]
    cells: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: tuple[Column, ...]
    variants: tuple[Variant, ...]


def matrix_of(group: Group) -> Matrix:
    """Holes with the same texts, such as a name used twice, are one column; variants come as their first members do.

    Of a variant the first member speaks: the texts of others differ from its own in comments and layout at most.
    """
    homes: dict[int, list[int]] = {}
    for index, member in enumerate(group.members):
        homes.setdefault(member.variant, []).append(index)
    speakers = [homes[member.variant][0] for member in group.members]
    distinct = dict(zip(reversed(numbered(group)), reversed(group.holes), strict=True))
    columns = tuple(_column(number, distinct[number], speakers) for number in sorted(distinct))
    at = [{index: text for text in column.texts for index in text.members} for column in columns]
    variants = (
        Variant(number, tuple(members), tuple(texts[members[0]] for texts in at))
        for number, members in enumerate(homes.values(), 1)
    )
    return Matrix(columns, tuple(variants))


def _column(number: int, hole: Hole, speakers: Sequence[int]) -> Column:
    said = [hole.texts[index] for index in speakers]
    counts = Counter(said)
    ranked = sorted(counts, key=lambda text: (-counts[text], said.index(text)))
    return Column(
        number, hole.kind.value, tuple(_text(hole.kind, said, rank, text) for rank, text in enumerate(ranked))
    )


def _text(kind: HoleKind, said: Sequence[str], rank: int, text: str) -> Text:
    first, *others = text.split("\n")
    brief = shortened(one_line(first), _CELL)
    if others and not brief.endswith("…"):
        brief += " …"
    members = tuple(index for index, one in enumerate(said) if one == text)
    full = visible(text if kind is HoleKind.STATEMENTS else _dedented(text))
    return Text(letter(rank), brief, full, bool(others) or brief != one_line(first), members)


def _dedented(text: str) -> str:
    """An expression's further lines keep the indentation of the file, where its first one has none."""
    first, *others = text.split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in others if line.strip()), default=0)
    return "\n".join([first, *(line[margin:] for line in others)])


def letter(rank: int) -> str:
    """a to z, then aa, ab and so on."""
    name = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank - 1, len(ascii_lowercase))
        name = ascii_lowercase[rest] + name
    return name
