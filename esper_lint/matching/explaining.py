"""The members of a cluster -> how they differ: the holes of their template, read from their syntax trees.

A forward is explained by its body.  A class is explained statement by statement: statements that are equal in all
members need no reading, the others are paired by name and only they are read.  An explanation depends on nothing but
the texts, so it is cached by their digests, with lines counted from each block's first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from esper_lint.discovery.blocks import Block, block_text
from esper_lint.discovery.modules import Piece
from esper_lint.findings import Hole, HoleKind, Span, UnitKind
from esper_lint.matching.alignment import Passage, Reader, UnreadablePassage, align
from esper_lint.matching.units import Unit
from esper_lint.parallel import cores, forked_map

_LEAST_PART = 40
_PARTS_PER_PROCESS = 6

Lines = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The holes of a template, and whether the members' texts differ at all, comments and layout included."""

    holes: tuple[Hole, ...]
    texts_differ: bool


@dataclass(frozen=True, slots=True)
class Passages:
    """What is read to explain one place of a cluster: a block per member, None where a member has no such statement."""

    blocks: tuple[Block | None, ...]

    @property
    def key(self) -> str:
        parts = (f"{block.digest}:{block.indent}" if block else "-" for block in self.blocks)
        return blake2b(" ".join(parts).encode(), digest_size=16).hexdigest()


def passages_of(units: Sequence[Unit]) -> list[Passages]:
    """The places where the members of a cluster may differ; none for places where all are type 1 clones."""
    if units[0].kind is UnitKind.FORWARD:
        if all(unit.key.exact == units[0].key.exact for unit in units):
            return []
        return [Passages(tuple(unit.forward.body for unit in units))]
    return [Passages(tuple(row)) for row in _class_rows(units)]


def texts_differ(units: Sequence[Unit]) -> bool:
    """Whether any two members differ to the letter, common indentation aside."""
    if units[0].kind is UnitKind.FORWARD:
        return len({unit.forward.body.digest for unit in units}) > 1
    return len({tuple(piece.block.digest for piece in unit.owner.pieces) for unit in units}) > 1


def explain(passages: Passages, paths: Sequence[str], lines: Lines, reader: Reader) -> tuple[Hole, ...]:
    """The holes of one place, with lines counted from 1 at each member's block."""
    if None in passages.blocks:
        return (_blocks_as_hole(passages, paths, lines),)
    blocks = [block for block in passages.blocks if block is not None]
    texts = [block_text(block, lines(path)) for block, path in zip(blocks, paths, strict=True)]
    try:
        return align([Passage(text, 1) for text in texts], reader).holes
    except UnreadablePassage:
        return (_blocks_as_hole(passages, paths, lines),)


def combine(parts: Sequence[tuple[Passages, tuple[Hole, ...]]], units: Sequence[Unit]) -> Explanation:
    """The holes of all places of a cluster, at the members' own lines; a rename seen in many places is one hole."""
    holes: dict[tuple[HoleKind, tuple[str, ...]] | int, Hole] = {}
    for passages, found in parts:
        starts = [block.line if block else unit.owner.line for block, unit in zip(passages.blocks, units, strict=True)]
        for hole in found:
            moved = replace(
                hole, spans=tuple(_moved(span, start) for span, start in zip(hole.spans, starts, strict=True))
            )
            folds = hole.kind in (HoleKind.NAME, HoleKind.ATTRIBUTE, HoleKind.LITERAL)
            holes.setdefault((hole.kind, hole.texts) if folds else len(holes), moved)
    return Explanation(tuple(holes.values()), texts_differ(units))


def _moved(span: Span, start: int) -> Span:
    return Span(span.line + start - 1, span.column, span.end_line + start - 1, span.end_column)


def _class_rows(units: Sequence[Unit]) -> Iterator[list[Block | None]]:
    """Rows of corresponding statements that are not equal in all members.

    Statements correspond if they are equal, or else if they define the same name, or else if they are next in line
    among those left that define none.  Of methods that differ behind equal headers only the bodies are read.
    """
    rows: list[list[Piece | None]] = []
    where: dict[tuple[str, str], list[int]] = {}
    for column, unit in enumerate(units):
        taken: set[int] = set()
        for piece in sorted(unit.owner.pieces, key=lambda piece: ("exact", piece.exact) not in where):
            keys = [("exact", piece.exact), ("name", piece.name)]
            row = next((row for key in keys for row in where.get(key, ()) if row not in taken), len(rows))
            if row == len(rows):
                rows.append([None] * len(units))
            rows[row][column] = piece
            taken.add(row)
            for key in keys:
                known = where.setdefault(key, [])
                if row not in known:
                    known.append(row)
    for pieces in rows:
        found = [piece for piece in pieces if piece is not None]
        if len(found) == len(units) and len({piece.exact for piece in found}) == 1:
            continue
        same_header = len(found) == len(units) and len({piece.header for piece in found}) == 1
        yield [None if piece is None else (same_header and piece.body) or piece.block for piece in pieces]


def _blocks_as_hole(passages: Passages, paths: Sequence[str], lines: Lines) -> Hole:
    """The hole that the blocks are as wholes: where a member has none, or where one cannot be read."""
    texts, spans = [], []
    for block, path in zip(passages.blocks, paths, strict=True):
        text = block_text(block, lines(path)) if block else ""
        texts.append(_dedented(text, block.indent if block else 0))
        spans.append(_span(text, block.indent if block else 0))
    return Hole(HoleKind.STATEMENTS, tuple(texts), tuple(spans))


def _lines(text: str) -> list[str]:
    """The lines of a block's text; ``str.splitlines`` would also split at a form feed inside a string."""
    return text.removesuffix("\n").split("\n") if text else []


def _dedented(text: str, indent: int) -> str:
    return "\n".join(line[indent:] if not line[:indent].strip() else line for line in _lines(text))


def _span(text: str, indent: int) -> Span:
    lines = _lines(text)
    return Span(1, indent + 1, len(lines), len(lines[-1]) + 1) if lines else Span(1, 1, 1, 1)


def explain_all(
    clusters: Sequence[Sequence[Unit]],
    lines: Lines,
    known: Callable[[set[str]], Mapping[str, tuple[Hole, ...]]],
    advance: Callable[[int], None],
    jobs: int = 1,
) -> tuple[list[Explanation], dict[str, tuple[Hole, ...]]]:
    """The explanation of every cluster, and by key what had to be read for it and was not known."""
    places = [[(passages, passages.key) for passages in passages_of(units)] for units in clusters]
    holes = dict(known({key for found in places for _, key in found}))
    tasks = {
        key: (passages, [unit.path for unit in units])
        for units, found in zip(clusters, places, strict=True)
        for passages, key in found
        if key not in holes
    }
    new: dict[str, tuple[Hole, ...]] = {}
    if tasks:
        reader = Reader()

        def explain_part(part: Sequence[str]) -> list[tuple[Hole, ...]]:
            return [explain(*tasks[key], lines, reader) for key in part]

        # Neighbours share statements, so parts are runs; their reader lives as long as their process.
        keys = list(tasks)
        size = max(_LEAST_PART, -(-len(keys) // (_PARTS_PER_PROCESS * cores(jobs))))
        parts = [keys[start : start + size] for start in range(0, len(keys), size)]
        for part, found in zip(parts, forked_map(explain_part, parts, jobs), strict=True):
            new.update(zip(part, found, strict=True))
            advance(len(part))
    holes.update(new)
    explanations = [
        combine([(passages, holes[key]) for passages, key in found], units)
        for units, found in zip(clusters, places, strict=True)
    ]
    return explanations, new
